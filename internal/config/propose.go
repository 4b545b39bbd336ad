package config

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

// Observation is what was seen of a sender whom no partner is, in one file.
type Observation struct {
	Transmission string // in which it was seen
	File         string // its name as the peer gave it
	Endpoint     string // by which it came
	Peer         string // whom the transport authenticated
	Via          string // the partner whose login that is; "" none, or several
	Sender       bridge.Identifier
	Groups       []string            // names of the sender in functional groups (GS02)
	Strangers    []bridge.Identifier // receivers that are none of ours
	Documents    []ObservedDocument
}

// ObservedDocument is one kind of documents that was seen.
type ObservedDocument struct {
	Standard     edi.Standard
	Set, Release string // "850", "004010"; "ORDERS", "D:96A"
	Mode         edi.Mode
	Count        int
}

// Proposal is a partner's file for a sender who was seen.
type Proposal struct {
	Partner string
	Text    []byte // of partners/PARTNER/partner.yaml
}

// Propose writes a partner's file for a sender who was seen. It holds together
// with the configuration c, and says in comments what a person has to decide.
func Propose(c *bridge.Configuration, o *Observation) Proposal {
	p := Proposal{Partner: freeName(c, o.Sender.ID)}
	var b bytes.Buffer
	w := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	w("# Proposed from transmission %s, file %s.", o.Transmission, strconv.Quote(o.File))
	w("# It came by %s, where %s logged in%s.", o.Endpoint, strconv.Quote(o.Peer), viaText(o.Via))
	w("# Decide what is marked with TO DECIDE, then: edibridge check, edibridge activate,")
	w("# edibridge dead retry %s --reason \"...\"", o.Transmission)
	for _, id := range o.Strangers {
		w("# TO DECIDE: %s is addressed, and is none of ours: add %s to \"self\" in edibridge.yaml,", identifier(id), quoted(identifier(id).String()))
		w("# or tell the sender the right address.")
	}
	w("partner: %s", p.Partner)
	w("name: %s # TO DECIDE: the name for people", quoted(o.Sender.ID))
	w("identifiers:")
	w("  - %s", quoted(identifier(o.Sender).String()))
	for _, g := range o.Groups {
		id := identifier{Standard: edi.X12, Level: "GS", ID: g}
		if new(identifier).UnmarshalText([]byte(id.String())) == nil && !owned(c, bridge.Identifier(id)) {
			w("  - %s", quoted(id.String()))
		}
	}
	o.access(w, p.Partner)
	mark := ""
	if o.Via == "" { // no mailbox that an answer could go to
		mark = "# "
	}
	w("%sacknowledge: {} # TO DECIDE: with, detail, when; see docs/CONFIGURATION.md", mark)
	o.agreements(c, w)
	p.Text = b.Bytes()
	return p
}

func viaText(via string) string {
	if via == "" {
		return ""
	}
	return ", the login of partner " + via
}

func (o *Observation) access(w func(string, ...any), partner string) {
	if o.Via == "" {
		w("# TO DECIDE: a login of its own")
		w("# access: { sftp: { user: %s, keys: [file:../keys/%s.pub] } }", partner, partner)
		return
	}
	w("# TO DECIDE: may %s send for this partner? If it is another name of %s itself, add the", o.Via, o.Via)
	w("# identifiers to that partner instead and take this file away.")
	w("access: { via: %s }", o.Via)
}

func (o *Observation) agreements(c *bridge.Configuration, w func(string, ...any)) {
	var good, unknown []ObservedDocument
	for _, d := range o.Documents {
		if g, _ := c.Guides.Find(d.Standard, d.Release, d.Set); g == nil || o.Via == "" {
			unknown = append(unknown, d)
		} else {
			good = append(good, d)
		}
	}
	if len(good) > 0 {
		w("agreements:")
	}
	for i, d := range good {
		w("  %s: # seen %d times", d.name(good[:i]), d.Count)
		w("    receive: %s", d.route())
		if takers := takers(c, d.Mode); len(takers) > 0 {
			w("    # TO DECIDE: who gets the events, of: %s", strings.Join(takers, ", "))
		}
		w("    # events: []")
	}
	for i, d := range unknown {
		if len(good) == 0 && i == 0 {
			w("# agreements:")
		}
		why := "there is no guide for it"
		if o.Via == "" {
			why = "without access nothing can be received"
		}
		w("#  %s: { receive: %s } # %s", d.name(append(slices.Clone(good), unknown[:i]...)), d.route(), why)
	}
}

// route is the document as "receive" names it.
func (d *ObservedDocument) route() route {
	release := d.Release
	if d.Standard == edi.EDIFACT {
		release = strings.ReplaceAll(release, ":", "")
	}
	return route{Standard: d.Standard, Set: d.Set, Release: release, Mode: d.Mode}
}

// name is a name for the agreement that none before it has.
func (d *ObservedDocument) name(before []ObservedDocument) string {
	name := plainName(d.Set)
	if d.Mode != edi.Production {
		name += "-" + string(d.Mode)
	}
	same := 0
	for i := range before {
		if before[i].Set == d.Set && before[i].Mode == d.Mode {
			same++
		}
	}
	if same > 0 {
		name += "-" + strconv.Itoa(same+1)
	}
	return name
}

// takers are the endpoints that may get events of a mode.
func takers(c *bridge.Configuration, mode edi.Mode) []string {
	var names []string
	for _, name := range sortedKeys(c.Endpoints) {
		if ep := c.Endpoints[name]; ep.Kind == bridge.EndpointWebhook && (ep.Mode == "" || ep.Mode == mode) {
			names = append(names, name)
		}
	}
	return names
}

// owned reports whether an identifier is somebody's already.
func owned(c *bridge.Configuration, id bridge.Identifier) bool {
	return slices.Contains(c.Self, id) || slices.ContainsFunc(c.Partners, func(p *bridge.Partner) bool { return slices.Contains(p.Identifiers, id) })
}

// freeName is a name for a partner, made of its identifier, that no other has.
func freeName(c *bridge.Configuration, id string) string {
	name := plainName(id)
	taken := func(name string) bool {
		_, endpoint := c.Endpoints[name+"-mailbox"]
		return endpoint || slices.ContainsFunc(c.Partners, func(p *bridge.Partner) bool { return p.ID == name })
	}
	for n, first := 2, name; taken(name); n++ {
		name = first + "-" + strconv.Itoa(n)
	}
	return name
}

// plainName makes a name that checkName takes of any text.
func plainName(text string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, text)
	name = strings.Trim(name[:min(len(name), 50)], "-")
	if name == "" {
		name = "partner"
	}
	return name
}

// quoted is a text as YAML in double quotes, which JSON's are.
func quoted(s string) string { return strconv.Quote(s) }
