package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/edibridge/edibridge/acknowledge"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/x12"
)

// translation is one run over one Transmission, from its cursor to its end or
// to the next stop. It belongs to one goroutine.
type translation struct {
	b     *Bridge
	cfg   *Configuration
	claim Claim
	tr    *Transmission
	stop  context.Context // ends when the process stops: asked between slices

	bad                envelopes // what the first pass over the envelopes found
	done               Cursor    // committed before this run
	at                 Cursor    // where the walk stands
	ic                 *interchange
	group              *group
	s                  slice
	kept               int  // findings on envelopes that are stored or in s
	handled            bool // some document was understood: the Transmission is not for a person
	accepted           int  // documents accepted, those of earlier runs included
	partner, agreement string
	class              string    // of retention, as far as it is read
	classed            bool      // class was decided
	first              *Document // what the Transmission is called after
	reason             string    // the first cause for quarantine
	past               past
	placed             bool // what trace the file goes on with is decided
	validator          acknowledge.Judge
	reader             *mappings.Reader // a document is done with when the next is read
}

// interchange is what a translation knows of the interchange it is in.
type interchange struct {
	edi.Interchange
	partner  *Partner // whose it is; nil: unknown
	answerTo *Partner // who is told; nil: nobody
	refused  bool     // none of its sets is looked at
	findings []edi.Finding
	accepted int  // documents accepted
	service  bool // it holds a TA1 of the partner's
	// What an answer to the interchange as a whole (CONTRL) needs:
	firstDocument int // ordinal, within the file, of its first message
	sets          acknowledge.Tally
	reports       int // messages that are CONTRL themselves
	how           *Acknowledge
	groups        []acknowledge.Group
}

// group is what a translation knows of the group it is in.
type group struct {
	edi.Group
	firstDocument int // ordinal, within the file, of its first set
	refused       bool
	sets          acknowledge.Tally
	references    references
	agreement     *Agreement
	findings      []edi.Finding
}

// translate carries out step 2 for one claim. Its error is a failure of ours:
// what is committed stays, the rest is done again.
func (b *Bridge) translate(stop, ctx context.Context, c Claim) error {
	cfg, err := b.version(ctx, &c)
	if err != nil {
		return err
	}
	t := &translation{b: b, cfg: cfg, claim: c, tr: &c.Transmission, stop: stop, done: c.Cursor,
		at: Cursor{Slices: c.Cursor.Slices}, kept: len(c.Transmission.Findings), partner: c.Transmission.Partner}
	t.reader = b.readers.Get().(*mappings.Reader)
	defer b.readers.Put(t.reader)
	run := t.run
	switch t.tr.Kind {
	case KindDocument:
		run = t.issue
	case KindBatch:
		run = t.together
	}
	err = run(ctx)
	var seen *SeenError
	switch {
	case errors.As(err, &seen), errors.Is(err, ErrMoved):
		// Another file used the identity first, or settled the same; the next run
		// sees that.
		b.release(ctx, c, time.Time{})
		wake(b.translators.woken)
		return nil
	case errors.Is(err, errWait), errors.Is(err, ErrSeriesBusy):
		b.release(ctx, c, b.now().Add(seenWait))
		return nil
	}
	return err
}

// version is the configuration that a translation runs under from its first slice
// to its last: one that goes on has begun under the one that its Transmission
// names. Where that cannot be had any more, it goes on under the one in force.
func (b *Bridge) version(ctx context.Context, c *Claim) (*Configuration, error) {
	now, began := b.o.Config(), c.Transmission.Config
	if c.Cursor.Slices == 0 || began == now.Digest || b.o.Past == nil {
		return now, nil
	}
	past, err := b.o.Past(ctx, began)
	if errors.Is(err, ErrNotFound) {
		b.o.Log.Warn("translation goes on under another configuration", "transmission", c.Transmission.ID, "began", began, "now", now.Digest, "error", err)
		return now, nil
	}
	if err != nil {
		return nil, fmt.Errorf("translate %s: configuration %.12s: %w", c.Transmission.ID, began, err)
	}
	return past, nil
}

// seenWait is how long a file rests while an older one with the same identity
// is being translated.
const seenWait = 250 * time.Millisecond

// errWait: what to do depends on an older Transmission that is not translated yet.
var errWait = errors.New("bridge: an older transmission comes first")

func (t *translation) run(ctx context.Context) error {
	switch r, err := t.routed(ctx); {
	case err != nil:
		return err
	case r != nil:
		return t.move(ctx, r)
	}
	if t.tr.Body.Size == 0 {
		return t.quarantine(ctx, t.fileFinding("bridge.file.empty", "the file is empty"))
	}
	first, err := t.bytesSeen(ctx)
	if err != nil {
		return err
	}
	if first != nil {
		return t.repeat(ctx, first)
	}
	if err := t.recall(ctx); err != nil {
		return err
	}
	if err := t.survey(ctx); err != nil {
		return err
	}
	switch {
	case t.bad.many:
		return t.quarantine(ctx, t.fileFinding("bridge.file.interchanges", fmt.Sprintf("more than %d interchanges, or groups, in one file", maxInterchanges)))
	case t.bad.count == 0:
		for _, f := range t.bad.junk {
			t.note(f)
		}
		return t.quarantine(ctx, t.fileFinding("bridge.file.unknown", "no X12 or EDIFACT interchange was found"))
	}
	if err := t.walk(ctx); err != nil {
		return err
	}
	return t.finish(ctx)
}

// open gives a walker over the archived bytes.
func (t *translation) open(ctx context.Context) (*edi.Walker, io.Closer, error) {
	body, err := t.b.o.Bodies.Get(ctx, t.tr.Body)
	if err != nil {
		return nil, nil, fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	lim := edi.Limits{Segment: t.cfg.Limits.Segment, Message: t.cfg.Limits.Message}
	return edi.NewWalker(body, lim, x12.Syntax{}, edifact.Syntax{}), body, nil
}

// walk goes over the file and commits slice after slice.
func (t *translation) walk(ctx context.Context) error {
	w, body, err := t.open(ctx)
	if err != nil {
		return err
	}
	defer body.Close()
	for {
		end := t.b.observeOf(StageRead, t.tr)
		ev, err := w.Next()
		end()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("translate %s: %w", t.tr.ID, err)
		}
		if err := t.event(ctx, &ev); err != nil {
			return err
		}
		if !ends(ev.Kind) || !t.s.full(t.b.o.SliceSets, t.b.o.SliceBytes) {
			continue
		}
		if err := t.advance(ctx); err != nil {
			return err
		}
		if t.stop.Err() != nil {
			return errStopping
		}
	}
}

// ends reports whether an event moves the cursor. Slices are cut behind such
// ones only, so that the cursor says which event was the last.
func ends(k edi.EventKind) bool {
	return k == edi.EndMessage || k == edi.EndGroup || k == edi.EndInterchange
}

// told reports whether the walk stands before the cursor.
func (t *translation) told() bool {
	return t.at.Documents < t.done.Documents || t.at.Groups < t.done.Groups || t.at.Interchanges < t.done.Interchanges
}

func (t *translation) event(ctx context.Context, ev *edi.Event) error {
	switch ev.Kind {
	case edi.Junk:
		if !t.told() {
			for _, f := range ev.Findings {
				t.note(f)
			}
		}
	case edi.BeginInterchange:
		return t.beginInterchange(ctx, ev)
	case edi.Service:
		return t.service(ctx, ev.Segment)
	case edi.BeginGroup:
		t.beginGroup(ev)
	case edi.EndMessage:
		return t.message(ctx, ev)
	case edi.EndGroup:
		t.endGroup(ev)
	case edi.EndInterchange:
		t.endInterchange(ev)
	}
	return nil
}

// beginInterchange decides whether the sets of an interchange are looked at.
func (t *translation) beginInterchange(ctx context.Context, ev *edi.Event) error {
	ic := &interchange{Interchange: *ev.Interchange, findings: append([]edi.Finding(nil), ev.Findings...)}
	ic.Header = append([]byte(nil), ev.Interchange.Header...)
	ic.accepted, ic.sets = t.past.accepted[ic.Ordinal], t.past.told[ic.Ordinal]
	ic.firstDocument = t.at.Documents + 1
	t.ic = ic
	ic.findings = append(ic.findings, t.bad.interchanges[ic.Ordinal]...)
	t.identify(ic)
	ic.refused = rejects(ic.findings)
	if ic.refused || t.at.Interchanges < t.done.Interchanges {
		return nil
	}
	return t.controlSeen(ctx, ic)
}

// identify finds whose interchange it is among those that the authenticated
// peer may send for, and whether it is for us.
func (t *translation) identify(ic *interchange) {
	lvl := level(ic.Standard)
	allowed := t.cfg.senders(t.tr.Endpoint, t.tr.Peer)
	ic.partner = senderOf(allowed, ic.Standard, ic.Sender)
	ic.answerTo = ic.partner
	if ic.partner == nil {
		if len(allowed) == 1 {
			ic.answerTo = allowed[0]
		}
		ic.findings = append(ic.findings, headerFinding(ic, "bridge.sender.unknown", refusedSender,
			fmt.Sprintf("%s may not send as %s", t.tr.Peer, partyText(ic.Sender))))
	}
	if !has(t.cfg.Self, ic.Standard, lvl, ic.Receiver) {
		ic.findings = append(ic.findings, headerFinding(ic, "bridge.receiver.unknown", refusedReceiver,
			fmt.Sprintf("%s is nobody here", partyText(ic.Receiver))))
	}
}

func (t *translation) beginGroup(ev *edi.Event) {
	g := &group{Group: *ev.Group, firstDocument: t.at.Documents + 1}
	g.findings = append(g.findings, ev.Findings...)
	g.findings = append(g.findings, t.bad.groups[[2]int{t.ic.Ordinal, g.Ordinal}]...)
	if p := t.ic.partner; p != nil && names(p.Identifiers, "GS") && !has(p.Identifiers, t.ic.Standard, "GS", edi.Party{ID: g.Sender}) {
		g.findings = append(g.findings, groupFinding(t.ic, g, "bridge.sender.group",
			fmt.Sprintf("%s may not send as %q", p.ID, g.Sender)))
	}
	g.refused = rejects(g.findings)
	g.sets = t.past.answered[[2]int{t.ic.Ordinal, g.Ordinal}]
	if t.ic.partner != nil {
		g.agreement = t.ic.partner.named(t.past.agreement[[2]int{t.ic.Ordinal, g.Ordinal}])
	}
	if g.agreement != nil && t.ic.how == nil {
		t.ic.how = t.ic.answerBy(g.agreement)
	}
	t.group = g
}

// endGroup closes a group: its findings are kept, and it is answered once.
func (t *translation) endGroup(ev *edi.Event) {
	g := t.group
	g.Group = *ev.Group // what the trailer says belongs into the answer
	t.group = nil
	t.at.Groups++
	if t.ic.Standard == edi.EDIFACT { // answered with its interchange, told before the cursor or not
		t.ic.groups = append(t.ic.groups, acknowledge.Group{Group: g.Group, Findings: g.findings, Sets: g.sets})
	}
	if t.at.Groups <= t.done.Groups {
		return
	}
	for _, f := range g.findings {
		t.note(f)
	}
	if t.ic.Standard == edi.EDIFACT {
		return
	}
	how := t.ic.answerBy(g.agreement)
	if t.ic.refused || how == nil {
		return
	}
	if a, ok := how.policy().Group(&t.ic.Interchange, &acknowledge.Group{Group: g.Group, Findings: g.findings, Sets: g.sets}); ok {
		t.s.answers = append(t.s.answers, acknowledgment{Answer: a, ic: t.ic, group: g, how: how, place: fmt.Sprintf("%d/%d", t.ic.Ordinal, g.Ordinal)})
	}
}

// endInterchange closes an interchange: its findings are kept, and a TA1 or
// CONTRL says what became of it where that is wanted or needed.
func (t *translation) endInterchange(ev *edi.Event) {
	ic := t.ic
	t.ic = nil
	t.at.Interchanges++
	whole := &acknowledge.Interchange{Interchange: ic.Interchange, Findings: ic.findings, Groups: ic.groups,
		Sets: ic.sets, Service: ic.service, Reports: ic.reports}
	whole.Interchange.Groups = ev.Interchange.Groups
	t.handled = t.handled || whole.Alone() && !ic.refused
	if ic.refused {
		t.blame(firstError(ic.findings))
	}
	if t.at.Interchanges <= t.done.Interchanges {
		return
	}
	for _, f := range ic.findings {
		t.note(f)
	}
	if ic.accepted == 0 && !ic.refused {
		t.unsee(controlKey(ic))
	}
	how := ic.answerBy(nil)
	if ic.Standard == edi.EDIFACT && ic.how != nil {
		how = ic.how
	}
	if how == nil {
		return
	}
	if a, ok := how.policy().Interchange(whole); ok {
		t.s.answers = append(t.s.answers, acknowledgment{Answer: a, ic: ic, how: how, place: fmt.Sprint(ic.Ordinal)})
	}
}

// answerBy is how what the agreement is about is answered; nil: not at all.
func (ic *interchange) answerBy(a *Agreement) *Acknowledge {
	if ic.answerTo == nil {
		return nil
	}
	return ic.answerTo.acknowledge(a)
}

// finish commits the last slice with the end of the translation.
func (t *translation) finish(ctx context.Context) error {
	r := Result{State: Translated, Partner: t.partner, Agreement: t.agreement, Config: t.cfg.Digest}
	if !t.handled {
		r.State, r.Reason = Quarantined, t.reason
		if r.Reason == "" {
			r.Reason = "nothing in it could be handled"
		}
	}
	if t.accepted == 0 { // nothing had an effect: the same bytes again are no repetition
		t.unsee(t.bytesKey())
	}
	if d := t.first; d != nil {
		r.Standard, r.Set, r.Control, r.Mode = d.Standard, d.Type, d.InterchangeControl, d.Mode
	}
	return t.commit(ctx, r)
}

// quarantine ends the translation of a file that nothing can be read from.
func (t *translation) quarantine(ctx context.Context, f edi.Finding) error {
	t.note(f)
	t.unsee(t.bytesKey())
	return t.commit(ctx, Result{State: Quarantined, Reason: f.Message, Config: t.cfg.Digest, Partner: t.partner})
}

// note keeps a finding on the envelopes, as far as the limit allows, and counts it.
func (t *translation) note(f edi.Finding) {
	t.s.total++
	if t.kept < t.cfg.Limits.findings() {
		t.kept++
		t.s.findings = append(t.s.findings, f)
	}
}

// blame remembers why a file may end in quarantine.
func (t *translation) blame(f *edi.Finding) {
	if t.reason == "" && f != nil {
		t.reason = f.Message
	}
}

func rejects(fs []edi.Finding) bool { return firstError(fs) != nil }

func firstError(fs []edi.Finding) *edi.Finding {
	for i := range fs {
		if fs[i].Rejects() {
			return &fs[i]
		}
	}
	return nil
}

func (t *translation) fileFinding(rule, msg string) edi.Finding {
	return edi.Finding{Rule: rule, Severity: edi.Error, Message: msg, Length: int(min(t.tr.Body.Size, 1<<30))}
}

// refusal is why an interchange is refused, as TA1 (element I18) and CONTRL (0085)
// say it.
type refusal struct{ ta105, contrl string }

// Refusals for what its own bytes do not tell.
var (
	refusedSender   = refusal{"006", "23"}
	refusedReceiver = refusal{"008", "7"}
	refusedControl  = refusal{"025", "26"}
)

// headerFinding is a finding on an interchange header that refuses it.
func headerFinding(ic *interchange, rule string, why refusal, msg string) edi.Finding {
	f := edi.Finding{Rule: rule, Severity: edi.Error, Message: msg, Interchange: ic.Ordinal, Segment: 1,
		Offset: ic.Offset, Length: len(ic.Header), Tag: strings.ToUpper(level(ic.Standard)),
		Path: edi.Path("").Segment(level(ic.Standard), ic.Ordinal)}
	f.Codes = map[string]string{"ta105": why.ta105}
	if ic.Standard == edi.EDIFACT {
		f.Codes = map[string]string{"0085": why.contrl}
	}
	return f
}

func groupFinding(ic *interchange, g *group, rule, msg string) edi.Finding {
	return edi.Finding{Rule: rule, Severity: edi.Error, Message: msg, Interchange: ic.Ordinal,
		Offset: g.Offset, Tag: "GS", Element: 2, Value: g.Sender, Path: g.Path.Element("GS", 2, 0, 0)}
}

// partyText is a party as people write it: "14/4012345000009:DIV1".
func partyText(p edi.Party) string {
	if p.Sub != "" {
		return p.Qualifier + "/" + p.ID + ":" + p.Sub
	}
	return p.Qualifier + "/" + p.ID
}
