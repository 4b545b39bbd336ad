package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// versionSeen is what "version --json" prints.
type versionSeen struct {
	Version  string `json:"version"`  // of the module; "(devel)" when built from a working copy
	Revision string `json:"revision"` // of version control; "" unknown
	Time     string `json:"time"`     // of the revision, RFC 3339; "" unknown
	Modified bool   `json:"modified"` // the working copy differed from the revision
	Go       string `json:"go"`
	Platform string `json:"platform"` // "linux/amd64"
}

func versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "say which version this is",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v := version()
			if asJSON {
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n", marshal(v))
				return err
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "edibridge %s %s, %s, %s\n", v.Version, v.Revision, v.Go, v.Platform)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

// version reads what the Go tool wrote into the binary.
func version() versionSeen {
	v := versionSeen{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.time":
			v.Time = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}
