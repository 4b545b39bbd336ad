package main

import (
	"context"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
)

func serveCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "run the bridge",
		Long: `Run the bridge until it gets SIGINT or SIGTERM. Then it takes nothing new,
finishes or gives back what it works on, and exits 0. It can be killed at any
time: whatever a partner was told is durable.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, sys, err := config.Load(file)
			if err != nil {
				return err
			}
			log := newLog(cmd.ErrOrStderr(), sys.Log)
			defer spareThreads()()
			log.Info("starting", "config", sys.File, "digest", cfg.Digest, "data", sys.Data, "partners", len(cfg.Partners))
			if err := serve(cmd.Context(), cfg, sys, log); err != nil {
				return err
			}
			log.Info("stopped")
			return nil
		},
	}
	configFlag(cmd, &file)
	return cmd
}

// spareThreads lets two threads run beside one for each processor, until it is taken
// back; where GOMAXPROCS says how many, it is as it says. Who commits is in a system
// call half of its time; when it comes back it would wait for a turn among the
// goroutines that compute, and all that waits for its commit with it. The system's own
// scheduler lets it go first.
func spareThreads() (back func()) {
	if os.Getenv("GOMAXPROCS") != "" {
		return func() {}
	}
	n := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(n + 2)
	return func() { runtime.GOMAXPROCS(n) }
}

// configFlag adds -c.
func configFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVarP(file, "config", "c", "edibridge.yaml", "configuration")
}

// withStore opens the store of a configuration for reading alone: a running
// bridge is not disturbed.
func withStore(ctx context.Context, file string, read func(q bridge.Query) error) error {
	return withConfigured(ctx, file, func(_ *bridge.Configuration, q bridge.Query) error { return read(q) })
}

// withConfigured is withStore with the configuration of the files.
func withConfigured(ctx context.Context, file string, read func(cfg *bridge.Configuration, q bridge.Query) error) error {
	cfg, sys, err := config.Load(file)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, sys, sqlstore.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer store.Close()
	return read(cfg, store)
}
