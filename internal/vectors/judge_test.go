package vectors

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/edifact"
	edifactguides "github.com/edibridge/edibridge/edifact/guides"
	"github.com/edibridge/edibridge/x12"
	x12guides "github.com/edibridge/edibridge/x12/guides"
)

// options say how a file is judged.
type options struct {
	dictionary string       // of a release that does not come with the program
	guides     string       // of a partner, for the sets that they extend, or of that release
	read       edi.Standard // only this; "": both
	limits     edi.Limits
	validate   guide.Options
	ack        x12.AckOptions
	control    edifact.ControlOptions
	ta1        bool           // a TA1 for each interchange that may have one
	whatever   bool           // the file is of whatever bytes: see anyNames
	refuse     edifact.Reason // why the interchange is refused; 0: it is not
}

// shipped gives all guides that come with the program.
var shipped = sync.OnceValues(func() (*guide.Library, error) {
	x, err := x12guides.Library()
	if err != nil {
		return nil, err
	}
	e, err := edifactguides.Library()
	if err != nil {
		return nil, err
	}
	return guide.Join(x, e), nil
})

// answer is one acknowledgment, with what it has to say.
type answer struct {
	kind  string // 997, 999, TA1, CONTRL
	bytes []byte
	// What is answered.
	interchange edi.Interchange
	group       edi.Group     // of a 997 or 999
	findings    []edi.Finding // about the group, or the interchange
	sets        []judgedSet   // in the order received
	groups      []judgedGroup // of a CONTRL
}

// judgedGroup is a group of messages (UNG) and what was found about it.
type judgedGroup struct {
	control  string
	findings []edi.Finding
}

// judgedSet is what was decided about one set or message.
type judgedSet struct {
	group        string // EDIFACT: the reference of its UNG
	set, control string
	version      string
	verdict      x12.Verdict
}

// judging walks through a file as a program does: it validates each message,
// reads the acknowledgments in it and writes those for it. Each func may be nil.
type judging struct {
	options
	lib      *guide.Library
	overlays map[string]*guide.Guide // by set
	mute     bool                    // nothing is acknowledged
	found    func(edi.Finding)
	event    func(*edi.Event)
	judged   func(*edi.Message, *guide.Guide, *guide.Result) // guide is nil where there is none
	answered func(*answer)
	streams  bool // acknowledgments are written to nowhere, and not kept

	validator guide.Validator
	number    int64
	about     []edi.Finding // the interchange
	group     []edi.Finding
	ack       *x12.GroupAck
	contrl    *edifact.ControlWriter
	out       bytes.Buffer // the acknowledgment of the group
	outC      bytes.Buffer // the CONTRL
	sets      []judgedSet  // of the group; EDIFACT: of the interchange
	groups    []judgedGroup
}

// now is the time at which everything is acknowledged.
var now = time.Date(2026, 11, 24, 8, 15, 0, 0, time.UTC)

// firstNumber is the first control number of acknowledgments.
const firstNumber = 9001

// newJudging makes a judging with options.
func newJudging(t testing.TB, opt options) *judging {
	t.Helper()
	j, err := openJudging(opt)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func openJudging(opt options) (*judging, error) {
	lib, err := shipped()
	if err != nil {
		return nil, err
	}
	j := &judging{options: opt, lib: lib, number: firstNumber, overlays: map[string]*guide.Guide{}}
	if opt.guides == "" {
		return j, nil
	}
	files := fstest.MapFS{"partner.guide": {Data: []byte(opt.guides)}}
	if opt.dictionary != "" {
		files["partner.dict"] = &fstest.MapFile{Data: []byte(opt.dictionary)}
	}
	if j.lib, err = lib.Extend(files); err != nil {
		return nil, err
	}
	for _, m := range regexp.MustCompile(`(?m)^guide (\S+) extends`).FindAllStringSubmatch(opt.guides, -1) {
		g := j.lib.Named(m[1])
		j.overlays[g.Set()] = g
	}
	return j, nil
}

// run walks through r.
func (j *judging) run(r io.Reader) error {
	var read []edi.Syntax
	for _, s := range syntaxes() {
		if j.read == "" || j.read == s.Standard() {
			read = append(read, s)
		}
	}
	w := edi.NewWalker(r, j.limits, read...)
	for {
		ev, err := w.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if j.event != nil {
			j.event(&ev)
		}
		j.tell(ev.Findings)
		if err := j.take(&ev); err != nil {
			return err
		}
	}
}

func (j *judging) tell(fs []edi.Finding) {
	if j.found == nil {
		return
	}
	for i := range fs {
		j.found(fs[i])
	}
}

// take judges one event.
func (j *judging) take(ev *edi.Event) error {
	switch ev.Kind {
	case edi.BeginInterchange:
		j.about, j.sets, j.groups = slices.Clone(ev.Findings), nil, nil
		j.contrl = nil
		if ev.Interchange.Standard == edi.EDIFACT && !j.mute {
			env := edifact.AnswerTo(ev.Interchange)
			env.Reference, env.Time = fmt.Sprint(j.next()), now
			j.outC.Reset()
			j.contrl = edifact.NewControl(j.sink(&j.outC), env, ev.Interchange, j.control)
		}
	case edi.Service:
		j.about = append(j.about, ev.Findings...)
		if ev.Segment.Is("TA1") {
			_, fs := x12.ReadTA1(ev.Segment)
			j.tell(fs)
		}
	case edi.BeginGroup:
		j.group = slices.Clone(ev.Findings)
		j.beginGroup(ev)
	case edi.EndMessage:
		return j.message(ev)
	case edi.EndGroup:
		j.group = append(j.group, ev.Findings...)
		return j.endGroup(ev)
	case edi.EndInterchange:
		j.about = append(j.about, ev.Findings...)
		return j.endInterchange(ev.Interchange)
	}
	return nil
}

func (j *judging) next() int64 {
	j.number++
	return j.number - 1
}

func (j *judging) beginGroup(ev *edi.Event) {
	if ev.Interchange.Standard != edi.X12 || j.mute {
		return
	}
	j.ack, j.sets = nil, j.sets[:0]
	if x12.IsAcknowledgment(ev.Group.Functional) {
		return
	}
	env := x12.AnswerTo(ev.Interchange, ev.Group)
	env.Interchange, env.Time = j.next(), now
	env.Group = env.Interchange
	j.out.Reset()
	j.ack = x12.NewGroupAckWith(j.sink(&j.out), env, ev.Group, j.options.ack)
}

// message validates one message and takes down what is answered.
func (j *judging) message(ev *edi.Event) error {
	m := ev.Message
	findings, verdict := j.validated(ev)
	if j.contrl != nil {
		j.readControl(m)
		v := edifact.MessageVerdict(findings)
		if verdict == x12.Rejected {
			v = edifact.Rejected
		}
		if j.answered != nil && !edifact.IsAcknowledgment(m.Set) {
			j.sets = append(j.sets, judgedSet{ev.Group.Control, m.Set, m.Control, m.Version, x12.Verdict(v)})
		}
		return j.contrl.Message(edifact.MessageResult{Set: m.Set, Version: m.Version, Control: m.Control, Findings: findings, Verdict: v})
	}
	if (m.Set == "997" || m.Set == "999") && !j.mute {
		if j.streams {
			_, fs := x12.EachSetAnswer(m, func(*x12.SetAnswer) {})
			j.tell(fs)
		} else {
			_, fs := x12.ReadGroupAck(m)
			j.tell(fs)
		}
	}
	if j.ack == nil {
		return nil
	}
	if j.answered != nil {
		j.sets = append(j.sets, judgedSet{"", m.Set, m.Control, m.Version, verdict})
	}
	st := m.Segment(1)
	return j.ack.Set(x12.SetResult{Set: m.Set, Control: m.Control, Reference: string(st.Element(3)), Findings: findings, Verdict: verdict})
}

func (j *judging) readControl(m *edi.Message) {
	if edifact.IsAcknowledgment(m.Set) {
		_, fs := edifact.ReadControl(m)
		j.tell(fs)
	}
}

// guideOf is the guide that a message is held against, or nil.
func (j *judging) guideOf(m *edi.Message) *guide.Guide {
	g, _ := j.lib.Find(m.Standard, m.Version, m.Set)
	if o := j.overlays[m.Set]; o != nil {
		return o
	}
	return g
}

// validated gives what was found about a message, and what becomes of it.
func (j *judging) validated(ev *edi.Event) ([]edi.Finding, x12.Verdict) {
	m, findings := ev.Message, slices.Clone(ev.Findings)
	g := j.guideOf(m)
	if g == nil || m.Truncated {
		if j.judged != nil {
			j.judged(m, nil, nil)
		}
		return findings, x12.SetVerdict(findings)
	}
	r := j.validator.Validate(g, m, j.validate)
	j.tell(r.Findings)
	if j.judged != nil {
		j.judged(m, g, r)
	}
	findings = append(findings, r.Findings...)
	if r.Errors > 0 {
		return findings, x12.Rejected
	}
	return findings, x12.SetVerdict(findings)
}

func (j *judging) endGroup(ev *edi.Event) error {
	if j.contrl != nil {
		if ev.Group.Control == "" {
			j.about = append(j.about, j.group...)
		} else if j.answered != nil {
			j.groups = append(j.groups, judgedGroup{ev.Group.Control, slices.Clone(j.group)})
		}
		return j.contrl.Group(ev.Group, j.group)
	}
	if j.ack == nil {
		return nil
	}
	if err := j.ack.Close(j.group); err != nil {
		return err
	}
	if !j.ack.Written() {
		return nil
	}
	kind := "997"
	if j.options.ack.Set == "999" {
		kind = "999"
	}
	j.answer(&answer{kind: kind, bytes: j.out.Bytes(), interchange: *ev.Interchange, group: *ev.Group, findings: j.group, sets: j.sets})
	return nil
}

func (j *judging) endInterchange(ic *edi.Interchange) error {
	if j.refuse != 0 {
		f := edifact.Refusal(ic, j.refuse)
		j.about = append(j.about, f)
		j.tell([]edi.Finding{f})
	}
	if j.contrl != nil {
		err := j.contrl.Close(j.about)
		if errors.Is(err, edifact.ErrAcknowledgment) {
			return nil
		}
		if err != nil || !j.contrl.Written() {
			return err
		}
		j.answer(&answer{kind: "CONTRL", bytes: j.outC.Bytes(), interchange: *ic, findings: j.about, sets: j.sets, groups: j.groups})
		return nil
	}
	refused := x12.SetVerdict(j.about) == x12.Rejected
	if j.mute || !j.ta1 || ic.Groups == 0 && !refused || ic.Standard != edi.X12 {
		return nil
	}
	env := x12.AnswerTo(ic, nil)
	env.Interchange, env.Time = j.next(), now
	var out bytes.Buffer
	if err := x12.WriteTA1(&out, env, ic, j.about); err != nil {
		return err
	}
	j.answer(&answer{kind: "TA1", bytes: out.Bytes(), interchange: *ic, findings: j.about})
	return nil
}

// sink is where an acknowledgment is written to.
func (j *judging) sink(b *bytes.Buffer) io.Writer {
	if j.streams {
		return io.Discard
	}
	return b
}

// answer gives away one acknowledgment.
func (j *judging) answer(a *answer) {
	if j.answered != nil {
		a.bytes, a.findings, a.sets = bytes.Clone(a.bytes), slices.Clone(a.findings), slices.Clone(a.sets)
		j.answered(a)
	}
}

// outcome is all that came of a file.
type outcome struct {
	findings []edi.Finding
	answers  []*answer
	trees    trees
}

// judge judges a file.
func judge(t testing.TB, data []byte, opt options) *outcome {
	t.Helper()
	j, out := newJudging(t, opt), &outcome{}
	j.found = func(f edi.Finding) { out.findings = append(out.findings, f) }
	j.answered = func(a *answer) { out.answers = append(out.answers, a) }
	j.judged = out.trees.add
	if err := j.run(bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	return out
}

// trees writes the loops of messages.
type trees struct {
	b    strings.Builder
	last string // the tree of the last message
	more int    // messages behind it that have the same one
}

// add writes one message: a line says what it is held against, then come its loops,
// one a line, with their segments in order, "#4" for the fourth one of the message,
// which found no place.
func (ts *trees) add(m *edi.Message, g *guide.Guide, r *guide.Result) {
	tree := "no guide\n"
	if g != nil {
		tree = g.Name() + "\n" + loops(m, r.Match)
	}
	if tree == ts.last {
		ts.more++
		return
	}
	ts.flush()
	fmt.Fprintf(&ts.b, "%s %s: %s", m.Set, m.Control, tree)
	ts.last = tree
}

func (ts *trees) flush() {
	if ts.more > 0 {
		fmt.Fprintf(&ts.b, "and %d of the same loops\n", ts.more)
	}
	ts.more = 0
}

// String is what was written.
func (ts *trees) String() string {
	ts.flush()
	return ts.b.String()
}

// loops writes the loops of one message.
func loops(m *edi.Message, mt *guide.Match) string {
	var b strings.Builder
	depth := make([]int, len(mt.Loops))
	for i, l := range mt.Loops {
		name := "set:"
		if i > 0 {
			depth[i] = depth[l.Parent] + 1
			name = fmt.Sprintf("%s[%d]:", l.Use.Trigger, l.Nth)
		}
		b.WriteString(strings.Repeat("  ", depth[i]+1) + name)
		for p := l.First; p <= l.Last; p++ {
			switch pl := mt.Placed[p-1]; {
			case pl.Loop != i:
			case pl.Use == nil:
				fmt.Fprintf(&b, " #%d", p)
			default:
				s := m.Segment(p)
				fmt.Fprintf(&b, " %s", s.Tag())
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
