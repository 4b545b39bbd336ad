package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/internal/config"
)

func initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "write a commented configuration to start from",
		Long: `Write a configuration that runs as it is: edibridge.yaml, an example partner with
a key to log in with, and a sample order to drop. DIR has to be new or empty.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := args[0]
			if err := config.Init(dir); err != nil {
				return err
			}
			file := filepath.Join(dir, "edibridge.yaml")
			fmt.Fprintf(cmd.OutOrStdout(), `Start the bridge:     edibridge serve -c %[1]s
Drop the sample:      sftp -P 2222 -i %[2]s example@127.0.0.1
                      put %[3]s in/
                      ls out/
What happened to it:  edibridge trace 4711 -c %[1]s
`, file, filepath.Join(dir, "partners", "keys", "example"), filepath.Join(dir, "samples", "order-4711.edi"))
			return nil
		},
	}
}
