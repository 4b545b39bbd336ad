package main

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

func fmtCommand() *cobra.Command {
	var guideName string
	cmd := &cobra.Command{
		Use:   "fmt FILE...",
		Short: "show transaction sets with a segment a line, indented by loop",
		Long: `Show the transaction sets of files for reading: a segment a line, indented by the
loops of their guide. It is no interchange any more: envelopes are left away.

Exit status: 0 shown, 2 unreadable.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			langs, err := loadLanguages(guideName)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer out.Flush()
			return eachFile(cmd, args, func(_ string, r io.Reader) (int, error) {
				return formatFile(out, langs, r)
			})
		},
	}
	cmd.Flags().StringVar(&guideName, "guide", "", "guide by name, or the file of one, for sets of its kind")
	return cmd
}

func formatFile(out *bufio.Writer, langs *languages, r io.Reader) (int, error) {
	interchanges, junk := 0, ""
	err := walk(r, func(ev *edi.Event) error {
		switch ev.Kind {
		case edi.Junk:
			junk += hidden(ev)
		case edi.BeginInterchange:
			interchanges++
		case edi.EndMessage:
			formatSet(out, langs, ev.Message)
		}
		return nil
	})
	if err == nil {
		err = out.Flush()
	}
	if err == nil && interchanges == 0 {
		err = unreadable(junk)
	}
	return 0, err
}

// formatSet writes one set. Without a guide nothing is indented.
func formatSet(out *bufio.Writer, langs *languages, m *edi.Message) {
	var mt *guide.Match
	if g, _ := langs.guide(m); g != nil && !m.Truncated {
		mt = g.Match(m)
	}
	for place := 1; place <= m.Len(); place++ {
		s := m.Segment(place)
		if mt != nil {
			out.WriteString(strings.Repeat("  ", depth(mt, place)))
		}
		out.Write(bytes.TrimRight(s.Raw(), "\r\n"))
		out.WriteByte('\n')
	}
}

// depth is how many loops a segment stands in.
func depth(mt *guide.Match, place int) int {
	n := 0
	for loop := mt.Placed[place-1].Loop; loop > 0; loop = mt.Loops[loop].Parent {
		n++
	}
	return n
}
