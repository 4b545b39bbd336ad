package config

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// partner takes over one partner file.
func (l *loader) partner(p *partnerSource) {
	if err := checkName("a partner", p.Partner); err != nil && p.Partner != "" {
		p.problem([]string{"partner"}, "%v", err)
	}
	if p.Partner != p.id && p.Partner != "" {
		p.problem([]string{"partner"}, "partner %q in the file of %q: they have to be the same", p.Partner, p.id)
	}
	p.made = &bridge.Partner{ID: p.Partner, Name: cmp.Or(p.Name, p.Partner), Lane: bridge.Lane(p.Lane), Aging: aging(p.Lift), Ordered: p.Ordered, Strict: p.Sequence == strictSequence}
	for _, id := range p.Identifiers {
		p.made.Identifiers = append(p.made.Identifiers, bridge.Identifier(id))
	}
	switch named := slices.ContainsFunc(p.Identifiers, func(id identifier) bool { return id.Level != "GS" }); {
	case !p.has([]string{"identifiers"}) && !p.filesAlone():
		p.problem(nil, `"identifiers" is missing`)
	case p.has([]string{"identifiers"}) && !named:
		p.problem([]string{"identifiers"}, "no identifier of the interchange level: the partner could not be told from others")
	}
	if p.Access.SFTP != nil {
		l.sftpUser(p)
	} else if p.Access.Via == "" && p.receives() {
		p.problem([]string{"agreements"}, "nothing can be received: %s has no access", p.Partner)
	}
	l.cfg.Partners = append(l.cfg.Partners, p.made)
}

// receives reports whether something is agreed about what the partner sends.
func (p *partnerSource) receives() bool {
	for name := range p.Agreements {
		if p.has([]string{"agreements", name, "receive"}) {
			return true
		}
	}
	return false
}

// filesAlone reports whether all that is agreed is about files, which need no identifiers.
func (p *partnerSource) filesAlone() bool {
	for _, a := range p.Agreements {
		if a.Receive.Pattern == "" {
			return false
		}
	}
	return len(p.Agreements) > 0
}

// mailbox is the endpoint of the partner's out/, or of the one by whose login it comes.
func (p *partnerSource) mailbox() string {
	if p.Access.SFTP == nil && p.Access.Via != "" {
		return p.Access.Via + "-mailbox"
	}
	return p.Partner + "-mailbox"
}

// via lets a partner come by another one's login.
func (l *loader) via(p *partnerSource) {
	at := []string{"access", "via"}
	i := slices.IndexFunc(l.partners, func(o *partnerSource) bool { return o.Partner == p.Access.Via })
	switch {
	case p.Access.SFTP != nil:
		p.problem(at, "%s has a login of its own: sftp or via, not both", p.Partner)
	case i < 0:
		p.problem(at, "there is no partner %q", p.Access.Via)
	case l.partners[i].Access.SFTP == nil:
		p.problem(at, "%s has no login of its own", p.Access.Via)
	default:
		p.made.Access = l.partners[i].made.Access
	}
}

func (l *loader) sftpUser(p *partnerSource) {
	a, at := p.Access.SFTP, []string{"access", "sftp"}
	if len(l.sys.SFTP) == 0 {
		p.problem(at, "there is no SFTP listener in edibridge.yaml")
		return
	}
	u := SFTPUser{Name: a.User, Partner: p.Partner, Temp: a.Temp, MaxFile: int64(a.MaxFile)}
	if strings.ContainsAny(a.User, "/\\: \t\x00") {
		p.problem(append(at, "user"), "%q is no login name", a.User)
	}
	for i, entry := range a.Keys {
		keys, err := l.publicKeys(&p.document, entry)
		if err != nil {
			p.problem(append(at, "keys", fmt.Sprint(i)), "%v", err)
		}
		u.Keys = append(u.Keys, keys...)
	}
	if a.PasswordHash != "" {
		hash, err := p.passwordHash(a.PasswordHash)
		if err != nil {
			p.problem(append(at, "passwordHash"), "%v", err)
		}
		u.PasswordHash = hash
	}
	if len(a.Keys) == 0 && a.PasswordHash == "" {
		p.problem(at, "neither keys nor a password hash: %s could not log in", p.Partner)
	}
	for i, pattern := range a.Temp {
		if _, err := path.Match(pattern, ""); err != nil || strings.Contains(pattern, "/") {
			p.problem(append(at, "temp", fmt.Sprint(i)), "%q is no pattern of file names, as in *.xfer", pattern)
		}
	}
	if other, taken := l.sys.SFTP[0].Users[a.User]; taken {
		p.problem(append(at, "user"), "%q is the SFTP user of partner %s too", a.User, other.Partner)
		return
	}
	l.sys.SFTP[0].Users[a.User] = u
	p.made.Access = []bridge.Access{{Endpoint: sftpEndpoint, Peer: a.User}}
	if _, taken := l.cfg.Endpoints[p.mailbox()]; taken {
		p.problem(at, "the endpoint %s of edibridge.yaml has the name of this partner's mailbox", p.mailbox())
	}
	l.cfg.Endpoints[p.mailbox()] = bridge.Endpoint{Name: p.mailbox(), Kind: bridge.EndpointMailbox, Server: sftpEndpoint, Peer: a.User}
}

// together takes all files over and checks what only they together can say:
// endpoints, identifiers, agreements.
func (l *loader) together(m *mainSource) {
	l.bridge(m)
	owners := map[bridge.Identifier]string{}
	for _, id := range l.cfg.Self {
		owners[id] = "the bridge itself"
	}
	for _, p := range l.partners {
		l.partner(p)
	}
	for _, p := range l.partners {
		if p.Access.Via != "" {
			l.via(p)
		}
		for i, id := range p.Identifiers {
			at := []string{"identifiers", fmt.Sprint(i)}
			owner, taken := owners[bridge.Identifier(id)]
			switch {
			case id == identifier{}: // not readable, and said so
			case taken && owner == p.Partner:
				p.problem(at, "%s stands here twice", id)
			case taken:
				p.problem(at, "%s is an identifier of %s too", id, owner)
			default:
				owners[bridge.Identifier(id)] = p.Partner
			}
		}
		p.made.Acknowledge = l.acknowledge(p, []string{"acknowledge"}, p.Acknowledge)
		for _, name := range sortedKeys(p.Agreements) {
			l.agreed(p, name, p.Agreements[name])
		}
		strictly(p.made)
		p.made.Traffic = traffic(p, []string{"expectTraffic"}, p.ExpectTraffic, l.cfg.Told(p.made))
		overlaps(p)
	}
}

// acknowledge takes over how a partner is answered.
func (l *loader) acknowledge(p *partnerSource, at []string, a *acknowledge) *bridge.Acknowledge {
	if a == nil {
		return nil
	}
	made := &bridge.Acknowledge{With: a.With, To: cmp.Or(a.To, p.mailbox()), Detail: a.Detail, When: a.When, TA1: a.TA1, CONTRL: a.CONTRL, Within: a.Within}
	if a.With == "none" && a.TA1 == "never" { // nor a CONTRL then
		return made
	}
	l.goesTo(p, append(at, "to"), a.To, made.To, "acknowledgments")
	if ep := l.cfg.Endpoints[made.To]; len(at) == 1 && ep.Mode != "" {
		p.problem(append(at, "to"), "%q is for %s alone, and these acknowledgments are for both: say \"mode: both\" there, or where they go in each agreement", made.To, ep.Mode)
	}
	return made
}

// agreed takes over one agreement: about what is received, or what is sent.
func (l *loader) agreed(p *partnerSource, name string, a agreement) {
	at := []string{"agreements", name}
	if err := checkName("an agreement", name); err != nil {
		p.problem(at, "%v", err)
	}
	receives, sends := p.has(append(at, "receive")), p.has(append(at, "send"))
	switch {
	case receives && sends:
		p.problem(append(at, "send"), "an agreement is about what is received or what is sent: make it two")
	case sends:
		l.dispatch(p, name, a)
	case receives && a.Receive.Pattern != "":
		l.fileRoute(p, name, a)
	case receives:
		l.agreement(p, name, a)
	default:
		p.problem(at, `neither "receive" nor "send" stands here`)
	}
}

// agreement takes over one agreement about what is received.
func (l *loader) agreement(p *partnerSource, name string, a agreement) {
	at := func(steps ...string) []string { return append([]string{"agreements", name}, steps...) }
	for _, key := range []string{"to", "envelope", "expect", "fileName", "batch", "sequence", "window"} {
		if a.Receive != (route{}) && p.has(at(key)) {
			p.problem(at(key), `%q is for what is sent; what is received is answered as "acknowledge" says`, key)
		}
	}
	for _, keys := range [][]string{{"edi"}, {"duplicates", "bytes"}} {
		if p.has(at(keys...)) {
			p.problem(at(keys...), `%q is for files ("receive: file PATTERN")`, keys[len(keys)-1])
		}
	}
	made := &bridge.Agreement{
		Name: name, Partner: p.Partner,
		Standard: a.Receive.Standard, Set: a.Receive.Set, Release: a.Receive.Release, Mode: a.Receive.Mode,
		Guide: a.Guide, Mapping: a.Mapping, WithErrors: a.Accept == "with-errors", Events: a.Events,
		Duplicates: bridge.Duplicates{Control: a.Duplicates.Control, Document: a.Duplicates.Document},
		OnDead:     bridge.OnDead(a.OnDead), Lanes: lanes(p, at("lanes"), &a), MaxFindings: a.MaxFindings,
		Acknowledge: l.acknowledge(p, at("acknowledge"), a.Acknowledge), Retention: l.keptBy(p, at("retention"), a.Retention),
	}
	for i, id := range a.Receivers {
		made.Receivers = append(made.Receivers, bridge.Identifier(id))
		if !slices.Contains(l.cfg.Self, bridge.Identifier(id)) && id != (identifier{}) {
			p.problem(at("receivers", fmt.Sprint(i)), "%s is no identifier of ours (self in edibridge.yaml)", id)
		}
	}
	for i, id := range a.Senders {
		made.Senders = append(made.Senders, bridge.Identifier(id))
		if !slices.Contains(p.made.Identifiers, bridge.Identifier(id)) && id != (identifier{}) {
			p.problem(at("senders", fmt.Sprint(i)), "%s is no identifier of %s", id, p.Partner)
		}
	}
	if made.Traffic = traffic(p, at("expectTraffic"), a.ExpectTraffic, a.Events); made.Traffic != nil && made.Mode != edi.Production {
		p.problem(at("expectTraffic"), "the agreement is for %s; traffic is expected in production", made.Mode)
	}
	if made.Acknowledge != nil {
		l.sameMode(p, at("acknowledge", "to"), made.Acknowledge.To, made.Mode)
	}
	l.events(p, at, a.Events, made.Mode)
	made.Waive = waivers(p, at("waive"), a.Waive)
	if a.Receive != (route{}) {
		l.languages(p, at, &a, a.Receive)
	}
	p.made.Agreements = append(p.made.Agreements, made)
}

// events checks the endpoints that events go to.
func (l *loader) events(p *partnerSource, at func(...string) []string, events []string, mode edi.Mode) {
	for i, e := range events {
		ep, ok := l.cfg.Endpoints[e]
		switch {
		case !ok:
			p.problem(at("events", fmt.Sprint(i)), "there is no endpoint %q%s", e, didYouMean(e, sortedKeys(l.cfg.Endpoints)))
		case ep.Kind != bridge.EndpointWebhook:
			p.problem(at("events", fmt.Sprint(i)), "%q takes no events: it is a %s", e, ep.Kind)
		case slices.Index(events, e) < i:
			p.problem(at("events", fmt.Sprint(i)), "%q stands here twice", e)
		default:
			l.sameMode(p, at("events", fmt.Sprint(i)), e, mode)
		}
	}
}

// waivers takes over severities by rule.
func waivers(p *partnerSource, at []string, waive map[string]string) map[string]edi.Severity {
	var known []string
	for _, r := range guide.Rules() {
		known = append(known, r.ID)
	}
	made := map[string]edi.Severity{}
	for _, rule := range sortedKeys(waive) {
		if !slices.Contains(known, rule) {
			p.problem(append(at, rule), "there is no rule %q%s", rule, didYouMean(rule, known))
		}
		if made[rule] = edi.Severity(waive[rule]); waive[rule] == "off" {
			made[rule] = ""
		}
	}
	return made
}

// languages checks that an agreement's set has a guide and a mapping.
func (l *loader) languages(p *partnerSource, at func(...string) []string, a *agreement, r route) {
	from := "receive"
	if r == a.Send {
		from = "send"
	}
	switch g := l.cfg.Guides.Named(a.Guide); {
	case a.Guide == "":
		if found, _ := l.cfg.Guides.Find(r.Standard, r.Release, r.Set); found == nil {
			p.problem(at(from), "unknown set: there is no guide for %s %s", r.Standard, r.Set)
			return
		}
	case g == nil:
		p.problem(at("guide"), "there is no guide %q", a.Guide)
	case g.Set() != r.Set:
		p.problem(at("guide"), "guide %q is for %s, the agreement for %s", a.Guide, g.Set(), r.Set)
	}
	switch {
	case a.Mapping != "" && l.cfg.Mappings.Named(a.Mapping) == nil:
		p.problem(at("mapping"), "there is no mapping %q", a.Mapping)
	case a.Mapping == "" && (len(a.Events) > 0 || from == "send") && l.cfg.Mappings.Find(string(r.Standard), r.Release, r.Set) == nil:
		p.problem(at(from), "there is no mapping for %s %s: name one by \"mapping\"", r.Standard, r.Set)
	}
}

// overlaps refuses agreements of which nobody could say which one applies, and
// puts those first that say more.
func overlaps(p *partnerSource) {
	for i, a := range p.made.Agreements {
		for _, b := range p.made.Agreements[:i] {
			same := a.Standard == b.Standard && a.Set == b.Set && a.Release == b.Release && a.Mode == b.Mode
			if same && a.Set != "" && share(a.Receivers, b.Receivers) && share(a.Senders, b.Senders) {
				p.problem([]string{"agreements", a.Name, "receive"}, "agreement %s is about the same documents", b.Name)
			}
		}
	}
	slices.SortStableFunc(p.made.Agreements, func(a, b *bridge.Agreement) int {
		return cmp.Or(len(b.Release)-len(a.Release), min(len(b.Receivers), 1)-min(len(a.Receivers), 1),
			min(len(b.Senders), 1)-min(len(a.Senders), 1))
	})
}

// share reports whether two lists, of which an empty one is for the rest, have an
// identifier in common.
func share(a, b []bridge.Identifier) bool {
	return len(a) == 0 && len(b) == 0 ||
		slices.ContainsFunc(a, func(id bridge.Identifier) bool { return slices.Contains(b, id) })
}
