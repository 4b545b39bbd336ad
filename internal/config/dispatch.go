package config

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

// dispatch takes over one agreement about what is sent.
func (l *loader) dispatch(p *partnerSource, name string, a agreement) {
	at := func(steps ...string) []string { return append([]string{"agreements", name}, steps...) }
	for _, key := range []string{"receivers", "senders", "acknowledge", "accept", "duplicates", "maxFindings", "edi", "expectTraffic"} {
		if p.has(at(key)) {
			p.problem(at(key), "%q is for what is received", key)
		}
	}
	if a.Send == (route{}) { // not readable, and said so
		return
	}
	if a.Send.Pattern != "" {
		p.problem(at("send"), "files are not made here: \"receive: file %s\" and \"to\" move those that come in", a.Send.Pattern)
		return
	}
	l.fileName(p, at("fileName"), a.FileName, true)
	e := a.Envelope
	made := &bridge.Dispatch{
		Name: name, Partner: p.Partner,
		Standard: a.Send.Standard, Set: a.Send.Set, Release: a.Send.Release, Mode: a.Send.Mode,
		Sender:   p.party(at, a.Send.Standard, side{"from", e.From, l.cfg.Self, "ours (self in edibridge.yaml)"}),
		Receiver: p.party(at, a.Send.Standard, side{"for", e.For, p.made.Identifiers, p.Partner}),
		To:       cmp.Or(a.To, p.mailbox()), Guide: a.Guide, Mapping: a.Mapping, Waive: waivers(p, at("waive"), a.Waive),
		Syntax: e.Syntax, Delimiters: delimiters(p, at("envelope", "delimiters"), a), LineBreak: lineBreaks[e.LineBreak],
		AckRequested: e.RequestAcknowledgment, FileName: a.FileName, OnDead: bridge.OnDead(a.OnDead), Lanes: lanes(p, at("lanes"), &a),
		Expect: expected(p, at, &a), Events: a.Events, Retention: l.keptBy(p, at("retention"), a.Retention),
		Batch: batching(p, at, a.Batch), Strict: a.Sequence == strictSequence, Window: a.Window.made,
	}
	if l.cfg.Endpoints[made.To].Kind == bridge.EndpointMailbox && made.Window != nil {
		p.problem(at("window"), "it goes to a mailbox: the partner takes it from there at any time")
	}
	l.events(p, at, a.Events, made.Mode)
	if a.Send.Standard == edi.X12 {
		made.GroupSender = cmp.Or(e.GroupFrom, groupName(l.cfg.Self))
		made.GroupReceiver = cmp.Or(e.GroupFor, groupName(p.made.Identifiers))
		if len(made.Release) < 6 {
			p.problem(at("send"), "%q is no release that could stand in GS08: six digits, as in 004010", made.Release)
		}
	}
	l.goesTo(p, at("to"), a.To, made.To, "documents")
	l.sameMode(p, at("to"), made.To, made.Mode)
	l.languages(p, at, &a, a.Send)
	p.made.Dispatches = append(p.made.Dispatches, made)
}

// strictSequence is the "sequence" that is kept on the wire.
const strictSequence = "strict"

// expected is what the partner owes for a document.
func expected(p *partnerSource, at func(...string) []string, a *agreement) bridge.Expect {
	e := a.Expect
	if e == nil {
		return bridge.Expect{}
	}
	if e.Acknowledgment == "" && e.Application == nil {
		p.problem(at("expect"), `nothing is expected: say which "acknowledgment", or which "application" answer`)
	}
	if e.Acknowledgment == "" && e.Within != 0 {
		p.problem(at("expect", "within"), "this is the clock of an acknowledgment, and none is said")
	}
	if said := e.Acknowledgment; said != "" && (said == "CONTRL") != (a.Send.Standard == edi.EDIFACT) {
		p.problem(at("expect", "acknowledgment"), "%s does not acknowledge what is of %s", said, a.Send.Standard)
	}
	made := bridge.Expect{Acknowledgment: e.Acknowledgment, Within: e.Within}
	if e.Application == nil {
		return made
	}
	if said := e.Application.With; said != "" && (said == "APERAK") != (a.Send.Standard == edi.EDIFACT) {
		p.problem(at("expect", "application", "with"), "%s does not answer what is of %s", said, a.Send.Standard)
	}
	made.Application, made.ApplicationWithin = e.Application.With, e.Application.Within
	return made
}

var lineBreaks = map[string]string{"none": "", "lf": "\n", "crlf": "\r\n"}

// groupName is the first group identifier of ids, "" where there is none.
func groupName(ids []bridge.Identifier) string {
	for _, id := range ids {
		if id.Level == "GS" {
			return id.ID
		}
	}
	return ""
}

// side is one end of an envelope: whose identifiers it may have.
type side struct {
	key   string // of the envelope: "from", "for"
	said  identifier
	known []bridge.Identifier
	whose string // in problems: "ours (self in edibridge.yaml)"
}

// party is who stands at one end of the envelope: who is named there, or the
// first of the known identifiers of the standard.
func (p *partnerSource) party(at func(...string) []string, standard edi.Standard, s side) edi.Party {
	said := bridge.Identifier(s.said)
	fits := func(id bridge.Identifier) bool { return id.Standard == standard && id.Level != "GS" }
	if !p.has(at("envelope", s.key)) {
		if i := slices.IndexFunc(s.known, fits); i >= 0 {
			return edi.Party{Qualifier: s.known[i].Qualifier, ID: s.known[i].ID, Sub: s.known[i].Sub}
		}
		p.problem(at("send"), "no identifier of %s is of %s", s.whose, standard)
	} else if said != (bridge.Identifier{}) && (!slices.Contains(s.known, said) || !fits(said)) {
		p.problem(at("envelope", s.key), "%s is no identifier of %s for interchanges of %s", s.said, s.whose, standard)
	}
	return edi.Party{Qualifier: said.Qualifier, ID: said.ID, Sub: said.Sub}
}

// delimiters reads the delimiters of an envelope.
func delimiters(p *partnerSource, at []string, a agreement) edi.Delimiters {
	s := a.Envelope.Delimiters
	if s == "" {
		return edi.Delimiters{}
	}
	plain := regexp.MustCompile(`^[^A-Za-z0-9\x80-\xff]+$`).MatchString(s)
	used := strings.ReplaceAll(s, " ", "")
	for i := range len(used) {
		plain = plain && strings.IndexByte(used, used[i]) == i
	}
	switch {
	case !plain:
		p.problem(at, "%q: delimiters are different characters of ASCII, no letters or digits", s)
	case a.Send.Standard == edi.X12 && (len(s) == 3 || len(s) == 4):
		d := edi.Delimiters{Element: s[0], Component: s[1], Segment: s[2], Decimal: '.'}
		if len(s) == 4 {
			d.Repetition = s[3]
		}
		return d
	case a.Send.Standard == edi.EDIFACT && len(s) == 6:
		d := edi.Delimiters{Component: s[0], Element: s[1], Decimal: s[2], Release: s[3], Repetition: s[4], Segment: s[5]}
		for _, c := range []*byte{&d.Release, &d.Repetition} {
			if *c == ' ' {
				*c = 0
			}
		}
		return d
	case a.Send.Standard == edi.X12:
		p.problem(at, `%q is not element, component, segment and, if any, repetition delimiter, as in "*>~"`, s)
	default:
		p.problem(at, `%q is not component, element, decimal mark, release, repetition (or blank) and segment, as in ":+.? '"`, s)
	}
	return edi.Delimiters{}
}

// goesTo checks the endpoint that what goes to a partner has; said is what the
// file says of it, "" where it says nothing.
func (l *loader) goesTo(p *partnerSource, at []string, said, to, what string) {
	ep, ok := l.cfg.Endpoints[to]
	switch {
	case !ok && said == "":
		p.problem(at[:len(at)-1], "%s has no mailbox: say by \"to\" where %s go", p.Partner, what)
	case !ok:
		p.problem(at, "there is no endpoint %q%s", to, didYouMean(to, sortedKeys(l.cfg.Endpoints)))
	case ep.Kind == bridge.EndpointSFTPServer:
		p.problem(at, "nothing can be sent to %q: partners connect to it; their mailbox is %q", to, p.mailbox())
	case ep.Kind == bridge.EndpointMailbox && to != p.mailbox():
		p.problem(at, "%q is the mailbox of another partner", to)
	}
}
