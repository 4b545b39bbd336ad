package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/canonical/schema"
)

func schemaCommand() *cobra.Command {
	var intake, asyncAPI bool
	cmd := &cobra.Command{
		Use:   "schema [KIND]",
		Short: "the JSON Schema of a kind of canonical documents, or the kinds",
		Long: `Print the JSON Schema (2020-12) of the canonical documents of a kind; without
one, the kinds, one a line. Kinds: ` + strings.Join(canonical.Kinds(), " ") + `.

The schema of what the bridge writes is open: members are added within a version.
With --intake it is the closed one, of what the bridge takes.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			of := schema.For
			switch {
			case asyncAPI:
				of = func(string) ([]byte, error) { return schema.AsyncAPI() }
				args = []string{""}
			case len(args) == 0:
				of = func(string) ([]byte, error) { return []byte(strings.Join(canonical.Kinds(), "\n") + "\n"), nil }
				args = []string{""}
			case intake:
				of = schema.Intake
			}
			text, err := of(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), string(text))
			return err
		},
	}
	cmd.Flags().BoolVar(&intake, "intake", false, "the schema of what the bridge takes")
	cmd.Flags().BoolVar(&asyncAPI, "asyncapi", false, "an AsyncAPI 3 document of all events")
	return cmd
}
