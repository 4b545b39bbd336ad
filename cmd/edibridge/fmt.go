package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

func fmtCommand() *cobra.Command {
	var guideName string
	explain := false
	cmd := &cobra.Command{
		Use:   "fmt FILE...",
		Short: "show documents with a segment a line, indented by loop",
		Long: `Show interchanges for reading: a segment a line, indented by envelope and by the
loops of the guide. The values stay as they are, and what is written can be read
again as the same interchange; only blanks and line breaks between segments are
added. With --explain it is no interchange any more: each segment and element
stands with its name, its value and what its code means, dates and numbers with
implied decimals also as people write them, and a segment that has no place in
the guide is marked with "?".

Exit status: 0 shown, 2 unreadable.`,
		Example: `  edibridge fmt po.edi
  edibridge fmt --explain --guide acme.guide po.edi
  edibridge fmt po.edi | edibridge validate -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			langs, err := loadGuides(guideName)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer out.Flush()
			return eachFile(cmd, args, func(_ string, r io.Reader) (int, error) {
				f := &formatter{out: out, langs: langs, explain: explain}
				err := f.file(r)
				return 0, err
			})
		},
	}
	cmd.Flags().StringVar(&guideName, "guide", "", "guide by name, or the file of one, for sets of its kind")
	cmd.Flags().BoolVar(&explain, "explain", false, "names of segments and elements, meanings of codes")
	return cmd
}

// longestShown bounds the messages that fmt holds in memory, in bytes.
const longestShown = 256 << 20

// formatter shows one file.
type formatter struct {
	out     *bufio.Writer
	langs   *languages
	explain bool

	r       *edi.Reader
	m       edi.Message
	version string // of the group
	level   int    // of the envelope in hand
	cut     int    // messages that were shown in part
}

func (f *formatter) file(r io.Reader) error {
	f.r = edi.NewReader(r, edi.Limits{Message: longestShown})
	interchanges, trouble := 0, ""
	for {
		gap, err := f.r.Find(nil)
		trouble += gapTrouble(&gap)
		if f.explain && !gap.Blank && gap.Length > 0 {
			fmt.Fprintf(f.out, "? %s outside any interchange, from byte %d\n", count64(gap.Length, "byte"), gap.Offset)
		}
		if err == io.EOF {
			break
		}
		if err == nil {
			interchanges++
			err = f.interchange()
		}
		if err != nil {
			return err
		}
	}
	switch {
	case interchanges == 0:
		return unreadable(trouble)
	case f.cut > 0:
		return fmt.Errorf("%s over %s shown in part", count(f.cut, "message"), count64(longestShown, "byte"))
	}
	return f.out.Flush()
}

// gapTrouble says what hides an interchange from being read.
func gapTrouble(gap *edi.Gap) string {
	switch {
	case gap.Encoding != "":
		return "an interchange in " + gap.Encoding
	case gap.Interactive >= 0:
		return "an interactive interchange (UIB), only batch interchanges (UNB) are read"
	case gap.Broken >= 0:
		return fmt.Sprintf("at byte %d a header begins that is cut off or cannot be read", gap.Broken)
	}
	return ""
}

// interchange shows the segments of one.
func (f *formatter) interchange() error {
	f.level, f.version = 0, ""
	if una := f.r.UNA(); len(una) > 0 {
		fmt.Fprintf(f.out, "%s\n", bytes.TrimRight(una, "\r\n"))
	}
	for {
		s, err := f.r.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = f.segment(s)
		}
		if err != nil {
			return err
		}
	}
}

// segment shows a segment of the envelope, or the message that it begins.
func (f *formatter) segment(s *edi.Segment) error {
	switch tag := string(s.Tag()); tag {
	case "ISA", "UNB":
		f.envelope(s, 0, 1)
	case "GS", "UNG":
		f.version = string(s.Element(8))
		f.envelope(s, 1, 2)
	case "GE", "UNE":
		f.version = ""
		f.envelope(s, 1, 1)
	case "IEA", "UNZ":
		f.envelope(s, 0, 0)
	case "UNO", "UNP": // an object stands between them, to which nothing may be added
		f.envelope(s, 0, f.level)
	case "ST":
		return f.message(s, "SE", "ST", "GS", "GE", "IEA")
	case "UNH":
		return f.message(s, "UNT", "UNH", "UNG", "UNE", "UNZ", "UNO")
	default:
		f.envelope(s, f.level, f.level)
	}
	return nil
}

// envelope shows a segment at a level and sets the level of what follows.
func (f *formatter) envelope(s *edi.Segment, at, next int) {
	f.line(s, at)
	if f.explain {
		explainElements(f.out, s, envelopeElements(string(s.Tag())), at)
	}
	f.level = next
}

// message shows the message that header begins.
func (f *formatter) message(header *edi.Segment, trailer string, stops ...string) error {
	frame := edi.NewFrame(trailer, stops...)
	m := &f.m
	set, version := string(header.Element(1)), f.version
	if header.Is("UNH") {
		set, version = string(header.Component(2, 1)), messageVersion(header)
	}
	if _, err := f.r.Collect(m, &frame); err != nil {
		return err
	}
	m.Set, m.Version = set, version
	if m.Truncated {
		f.cut++
	}
	g, exact := f.langs.guide(m)
	var mt *guide.Match
	if g != nil && !m.Truncated {
		mt = g.Match(m)
	}
	if f.explain {
		f.title(g, exact)
	}
	for place := 1; place <= m.Len(); place++ {
		s := m.Segment(place)
		level := f.level
		if mt != nil {
			level += depth(mt, place)
		}
		if !f.explain {
			f.line(&s, level)
			continue
		}
		f.explained(&s, level, g, mt)
	}
	return nil
}

// messageVersion is the version of an EDIFACT message as UNH says it, "D:96A:UN".
func messageVersion(unh *edi.Segment) string {
	var parts []string
	for c := 2; c <= 5; c++ {
		if v := unh.Component(2, c); len(v) > 0 {
			parts = append(parts, string(v))
		}
	}
	return strings.Join(parts, ":")
}

// line writes a segment as it is on a line of its own. Where a blank is one of
// the delimiters nothing is indented.
func (f *formatter) line(s *edi.Segment, level int) {
	if d := s.Delimiters; d.Element != ' ' && d.Segment != ' ' && d.Component != ' ' {
		for range level {
			f.out.WriteString("  ")
		}
	}
	if s.Is("UNO") && !f.explain { // what follows is the object
		f.out.Write(s.Raw())
		return
	}
	raw := s.Unwrapped()[:len(s.Unwrapped())-len(s.Break())]
	if f.explain {
		raw = []byte(printable(bytes.TrimRight(raw, "\r\n")))
	}
	f.out.Write(raw)
	if s.Delimiters.Segment != '\n' || f.explain || !s.Terminated() {
		f.out.WriteByte('\n')
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
