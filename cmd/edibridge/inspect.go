package main

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
)

// maxListed bounds what is kept of one interchange until it ends: findings, TA1.
const maxListed = 1000

func inspectCommand() *cobra.Command {
	var asJSON, all bool
	cmd := &cobra.Command{
		Use:   "inspect FILE...",
		Short: "show envelopes, counts, delimiters and transaction sets",
		Long: `Show what stands in a file: interchanges, functional groups, transaction sets
with their places, counts and business keys, and what is wrong with the envelopes.

Exit status: 0 read, 2 when no interchange could be read.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			langs, err := loadLanguages("")
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer out.Flush()
			return eachFile(cmd, args, func(name string, r io.Reader) (int, error) {
				sum := sha256.New()
				in := &inspection{name: name, langs: langs, sum: sum}
				in.view = &inspectText{w: out, all: all}
				if asJSON {
					in.view = &inspectJSON{w: out}
				}
				return in.run(io.TeeReader(r, in))
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a file")
	cmd.Flags().BoolVar(&all, "all", false, "list every transaction set, not only the first of each group")
	return cmd
}

// inspection is one file while it is inspected. What it finds goes to its view
// at once: memory is bounded by the largest transaction set.
type inspection struct {
	name  string
	langs *languages
	view  inspectView
	sum   hash.Hash
	size  int64

	interchanges int
	trouble      string // what is wrong with the first junk that hides an interchange
	ta1          []ta1Seen
	findings     []edi.Finding
	junk         []span
}

// inspectView shows an inspection.
type inspectView interface {
	beginFile(name string)
	beginInterchange(ic *edi.Interchange)
	beginGroup(g *edi.Group)
	transaction(t *transactionSeen)
	endGroup(g *edi.Group)
	endInterchange(ic *edi.Interchange, ta1 []ta1Seen, findings []edi.Finding)
	endFile(junk []span, size int64, sum string) error
}

// transactionSeen is one transaction set as inspect shows it.
type transactionSeen struct {
	Set      string          `json:"set"`
	Version  string          `json:"version"`
	Control  string          `json:"control"`
	Segments int             `json:"segments"` // as SE01 counts
	Offset   int64           `json:"offset"`
	Length   int64           `json:"length"`
	Keys     []canonical.Key `json:"keys"`
}

// ta1Seen is one TA1 segment.
type ta1Seen struct {
	Control   string `json:"control"` // TA101, of the interchange that it answers
	Timestamp string `json:"timestamp"`
	Status    string `json:"status"` // TA104: A, E, R
	Note      string `json:"note"`   // TA105
	Offset    int64  `json:"offset"`
}

// span is a run of bytes.
type span struct {
	Offset int64 `json:"offset"`
	Length int64 `json:"length"`
}

// Write counts and sums what is read.
func (in *inspection) Write(p []byte) (int, error) {
	in.size += int64(len(p))
	return in.sum.Write(p)
}

func (in *inspection) run(r io.Reader) (status int, err error) {
	in.view.beginFile(in.name)
	err = walk(r, func(ev *edi.Event) error {
		in.event(ev)
		return nil
	})
	if end := in.view.endFile(in.junk, in.size, hex.EncodeToString(in.sum.Sum(nil))); err == nil {
		err = end
	}
	if err == nil && in.interchanges == 0 {
		err = unreadable(in.trouble)
	}
	return 0, err
}

func (in *inspection) event(ev *edi.Event) {
	for _, f := range ev.Findings {
		if len(in.findings) < maxListed {
			in.findings = append(in.findings, f)
		}
	}
	switch ev.Kind {
	case edi.Junk:
		in.findings = nil // junk has a list of its own
		in.trouble = cmp.Or(in.trouble, hidden(ev))
		if len(in.junk) < maxListed {
			in.junk = append(in.junk, span{ev.Offset, ev.Length})
		}
	case edi.BeginInterchange:
		in.interchanges++
		in.view.beginInterchange(ev.Interchange)
	case edi.Service:
		if s := ev.Segment; s.Is("TA1") && len(in.ta1) < maxListed {
			in.ta1 = append(in.ta1, ta1Seen{string(s.Element(1)), timestamp(string(s.Element(2)), string(s.Element(3))),
				string(s.Element(4)), string(s.Element(5)), s.Offset})
		}
	case edi.BeginGroup:
		in.view.beginGroup(ev.Group)
	case edi.EndMessage:
		in.view.transaction(in.transaction(ev.Message))
	case edi.EndGroup:
		in.view.endGroup(ev.Group)
	case edi.EndInterchange:
		in.view.endInterchange(ev.Interchange, in.ta1, in.findings)
		in.ta1, in.findings = nil, nil
	}
}

func (in *inspection) transaction(m *edi.Message) *transactionSeen {
	return &transactionSeen{m.Set, m.Version, m.Control, m.Len(), m.Offset, int64(m.Size()), in.keys(m)}
}

// keys are the business keys of a set, as far as there is a guide and a mapping.
func (in *inspection) keys(m *edi.Message) []canonical.Key {
	none := []canonical.Key{}
	mp := in.langs.mappings.Find(string(m.Standard), m.Version, m.Set)
	g, _ := in.langs.guide(m)
	if mp == nil || g == nil || m.Truncated {
		return none
	}
	r, err := mp.In(mappings.FromMessage(m, g, g.Match(m)), mappings.InOptions{})
	if err != nil || r.Keys == nil {
		return none
	}
	return r.Keys
}

// timestamp is date and time of an envelope as RFC 3339 without seconds and
// zone, "2026-11-23T09:30"; "" when they are none. Years of two digits are of
// 1950 to 2049.
func timestamp(date, clock string) string {
	if !isDigits(date) || !isDigits(clock) || len(clock) < 4 {
		return ""
	}
	switch {
	case len(date) == 6 && date >= "50":
		date = "19" + date
	case len(date) == 6:
		date = "20" + date
	}
	if len(date) != 8 {
		return ""
	}
	return date[:4] + "-" + date[4:6] + "-" + date[6:] + "T" + clock[:2] + ":" + clock[2:4]
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// delimiter is one delimiter as text; "" none.
func delimiter(c byte) string {
	if c == 0 {
		return ""
	}
	return string(rune(c))
}

// interchangeSeen and groupSeen are the headers of inspect --json.
type interchangeSeen struct {
	Standard   edi.Standard      `json:"standard"`
	Offset     int64             `json:"offset"`
	Version    string            `json:"version"`
	Mode       edi.Mode          `json:"mode"`
	Delimiters map[string]string `json:"delimiters"`
	Sender     edi.Party         `json:"sender"`
	Receiver   edi.Party         `json:"receiver"`
	Control    string            `json:"control"`
	Timestamp  string            `json:"timestamp"`
}

type groupSeen struct {
	Functional string `json:"functional"`
	Version    string `json:"version"`
	Sender     string `json:"sender"`
	Receiver   string `json:"receiver"`
	Control    string `json:"control"`
}

// inspectJSON writes one object a file while it is read: members whose values
// are known last stand last.
type inspectJSON struct {
	w     *bufio.Writer
	comma [3]bool // at the levels of interchanges, groups, transactions
}

// open begins one value of a list.
func (v *inspectJSON) open(level int) {
	if v.comma[level] {
		v.w.WriteByte(',')
	}
	v.comma[level] = true
	for l := level + 1; l < len(v.comma); l++ {
		v.comma[l] = false
	}
}

// members writes an object without its last brace, so that more can follow.
func (v *inspectJSON) members(x any) {
	text := marshal(x)
	v.w.Write(text[:len(text)-1])
}

// marshal is the JSON of a value of ours, which always has one, on one line.
// "<" and ">" stay as they are: they are delimiters, and this is no web page.
func marshal(x any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(x); err != nil {
		panic(fmt.Sprintf("no JSON for %T: %v", x, err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// coded gives findings as JSON shows them: codes are {} where there are none.
func coded(findings []edi.Finding) []edi.Finding {
	for i := range findings {
		if findings[i].Codes == nil {
			findings[i].Codes = map[string]string{}
		}
	}
	return list(findings)
}

func (v *inspectJSON) beginFile(name string) {
	v.members(map[string]string{"file": name})
	v.w.WriteString(`,"interchanges":[`)
}

func (v *inspectJSON) beginInterchange(ic *edi.Interchange) {
	v.open(0)
	d := ic.Delimiters
	v.members(interchangeSeen{ic.Standard, ic.Offset, ic.Version, ic.Mode, map[string]string{
		"segment": delimiter(d.Segment), "element": delimiter(d.Element), "component": delimiter(d.Component),
		"repetition": delimiter(d.Repetition), "release": delimiter(d.Release), "decimal": delimiter(d.Decimal),
	}, ic.Sender, ic.Receiver, ic.Control, timestamp(ic.Date, ic.Time)})
	v.w.WriteString(`,"groups":[`)
}

func (v *inspectJSON) beginGroup(g *edi.Group) {
	v.open(1)
	v.members(groupSeen{g.Functional, g.Version, g.Sender, g.Receiver, g.Control})
	v.w.WriteString(`,"transactions":[`)
}

func (v *inspectJSON) transaction(t *transactionSeen) {
	v.open(2)
	v.w.Write(marshal(t))
}

func (v *inspectJSON) endGroup(*edi.Group) { v.w.WriteString(`]}`) }

func (v *inspectJSON) endInterchange(ic *edi.Interchange, ta1 []ta1Seen, findings []edi.Finding) {
	fmt.Fprintf(v.w, `],"length":%d,"segments":%d,"complete":%t,"ta1":%s,"findings":%s}`,
		ic.Length, ic.Segments, ic.Complete, marshal(list(ta1)), marshal(coded(findings)))
}

func (v *inspectJSON) endFile(junk []span, size int64, sum string) error {
	fmt.Fprintf(v.w, "],\"junk\":%s,\"size\":%d,\"sha256\":%q}\n", marshal(list(junk)), size, sum)
	return v.w.Flush()
}

// list is a list that JSON writes as [] when it is empty.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
