// Command edibridge is the bridge between trading partners who speak EDI and
// programs that do not: one binary that receives, archives, checks, answers,
// translates and hands on, and that reads any X12 file by hand.
//
// Standard output carries the result, standard error the rest; "-" is standard
// input; --json gives one object a line. The exit status is 0 when all is good,
// 1 when the answer is no (a document is rejected, nothing was found, the
// configuration has mistakes), 2 when it could not be done (unreadable input, a
// wrong command line, a failure).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones of a configuration, on machines that know none

	"github.com/spf13/cobra"
)

// Exit statuses. They are interface: docs/OPERATING.md lists them.
const (
	exitNo     = 1
	exitCannot = 2
)

// exitError ends a command with a status of its own. Without err nothing more
// is said: the command has said it.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		exit = &exitError{exitCannot, err}
	}
	if exit.err != nil {
		fmt.Fprintln(stderr, "edibridge:", exit.err)
	}
	return exit.status
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "edibridge",
		Short:         "bridge between EDI partners and programs",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		demoCommand(), initCommand(), serveCommand(), checkCommand(), activateCommand(), configCommand(), partnerCommand(),
		inspectCommand(), validateCommand(), ackCommand(), mapCommand(), buildCommand(), mappingCommand(), schemaCommand(),
		fmtCommand(), guideCommand(), sendCommand(), testCommand(), traceCommand(), deadCommand(), expectCommand(), batchCommand(), replayCommand(), viewCommand(), controlCommand(),
		storeCommand(), benchCommand(), versionCommand(),
	)
	return root
}
