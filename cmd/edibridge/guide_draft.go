package main

import (
	"bufio"
	"fmt"

	"github.com/spf13/cobra"
)

func guideDraftCommand(f *guideFlags) *cobra.Command {
	var with []string
	cmd := &cobra.Command{
		Use:   "draft NAME",
		Short: "propose an example for a guide",
		Long: `Propose a small document of a guide as an example to be made better by hand: what is
mandatory, and the segments and loops named by --with, each once. What overlays ask
for beyond the standard is not in it; guide test tells.

Exit status: 0 written, 2 there is no such guide, or the guides cannot be read.`,
		Example: `  edibridge guide draft acme-850 --with N1/N4,PO1/PID,CTT >> guides/acme.guide`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := f.load()
			if err != nil {
				return err
			}
			g, err := f.named(s, args)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer out.Flush()
			e := g.Draft("a draft", with...)
			if f.json {
				fmt.Fprintf(out, "%s\n", marshal(map[string]any{"guide": e.Guide, "example": e.Name, "segments": e.Segments}))
				return nil
			}
			fmt.Fprintf(out, "\nexample %q\n", e.Name)
			for _, segment := range e.Segments {
				fmt.Fprintf(out, "  %s\n", segment)
			}
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&with, "with", nil, "places of segments and loops to have, too: N1/N4,PO1/PID")
	return cmd
}
