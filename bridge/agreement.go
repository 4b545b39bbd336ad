package bridge

import (
	"slices"
	"strings"

	"github.com/edibridge/edibridge/acknowledge"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/mappings"
)

// Defaults of [Limits].
const (
	defaultFile     = 1 << 30
	defaultFindings = 100
)

func (l Limits) file() int64 {
	if l.File > 0 {
		return l.File
	}
	return defaultFile
}

func (l Limits) findings() int {
	if l.Findings > 0 {
		return l.Findings
	}
	return defaultFindings
}

// senders are the partners that may send by endpoint under the authenticated
// name peer: one in the common case, many for a network that carries others.
func (c *Configuration) senders(endpoint, peer string) []*Partner {
	var ps []*Partner
	for _, p := range c.Partners {
		if slices.Contains(p.Access, Access{Endpoint: endpoint, Peer: peer}) {
			ps = append(ps, p)
		}
	}
	return ps
}

// partnerOf is the partner behind an authenticated name, where there is just one.
func (c *Configuration) partnerOf(endpoint, peer string) *Partner {
	if ps := c.senders(endpoint, peer); len(ps) == 1 {
		return ps[0]
	}
	return nil
}

// has reports whether ids names this party at an envelope level.
func has(ids []Identifier, std edi.Standard, level string, p edi.Party) bool {
	for _, id := range ids {
		if id.names(std, level, p) {
			return true
		}
	}
	return false
}

// names reports whether id is this party's at an envelope level.
func (id *Identifier) names(std edi.Standard, level string, p edi.Party) bool {
	return id.Standard == std && id.Level == level && id.ID == p.ID &&
		(level == "GS" || id.Qualifier == p.Qualifier && (id.Sub == "" || id.Sub == p.Sub))
}

// senderOf gives whose identifier a party is among partners: one that names its
// internal address before one that names the party as a whole.
func senderOf(partners []*Partner, std edi.Standard, p edi.Party) *Partner {
	var found *Partner
	for _, one := range partners {
		for i := range one.Identifiers {
			id := &one.Identifiers[i]
			if id.names(std, level(std), p) && (found == nil || id.Sub != "") {
				found = one
			}
		}
	}
	return found
}

// names reports whether ids says anything at an envelope level.
func names(ids []Identifier, level string) bool {
	return slices.ContainsFunc(ids, func(id Identifier) bool { return id.Level == level })
}

// level is the name of a standard's interchange level in identifiers.
func level(s edi.Standard) string {
	if s == edi.EDIFACT {
		return "UNB"
	}
	return "ISA"
}

// agreement finds what was agreed with p about a message. The second result is
// true when there is an agreement but for the other mode.
func (p *Partner) agreement(ic *edi.Interchange, g *edi.Group, m *edi.Message) (a *Agreement, otherMode bool) {
	for _, a := range p.Agreements {
		if a.Standard != ic.Standard || a.Set != m.Set || !strings.HasPrefix(m.Version, a.Release) {
			continue
		}
		if len(a.Receivers) > 0 && !a.isFor(ic, g) || len(a.Senders) > 0 && !a.isFrom(ic, g) {
			continue
		}
		if a.Mode == ic.Mode {
			return a, false
		}
		otherMode = true
	}
	return nil, otherMode
}

func (a *Agreement) isFor(ic *edi.Interchange, g *edi.Group) bool {
	return has(a.Receivers, ic.Standard, level(ic.Standard), ic.Receiver) ||
		g != nil && has(a.Receivers, ic.Standard, "GS", edi.Party{ID: g.Receiver})
}

func (a *Agreement) isFrom(ic *edi.Interchange, g *edi.Group) bool {
	return has(a.Senders, ic.Standard, level(ic.Standard), ic.Sender) ||
		g != nil && has(a.Senders, ic.Standard, "GS", edi.Party{ID: g.Sender})
}

// acknowledge is how a is answered: its own way or the partner's.
func (p *Partner) acknowledge(a *Agreement) *Acknowledge {
	if a != nil && a.Acknowledge != nil {
		return a.Acknowledge
	}
	return p.Acknowledge
}

// rejectsRepeatedControl is the partner's policy for control numbers used
// before; it is judged before any set, so by all agreements of the mode.
func (p *Partner) rejectsRepeatedControl(mode edi.Mode) bool {
	for _, a := range p.Agreements {
		if a.Mode == mode && a.Duplicates.Control == "accept" {
			return false
		}
	}
	return true
}

// named gives the agreement of that name, or nil.
func (p *Partner) named(name string) *Agreement {
	for _, a := range p.Agreements {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// guideOf is what a message is held against, nil if there is none, and whether
// it is of the message's own release: one of another is better than none.
func (c *Configuration) guideOf(m *edi.Message, a *Agreement) (g *guide.Guide, exact bool) {
	if a.Guide != "" {
		return c.Guides.Named(a.Guide), true
	}
	return c.Guides.Find(m.Standard, m.Version, m.Set)
}

// mappingOf is what reads a message, nil if there is none.
func (c *Configuration) mappingOf(m *edi.Message, a *Agreement) *mappings.Mapping {
	if a.Mapping != "" {
		return c.Mappings.Named(a.Mapping)
	}
	return c.Mappings.Find(string(m.Standard), m.Version, m.Set)
}

// judgedBy is how sets under an agreement are judged.
func (c *Configuration) judgedBy(a *Agreement) acknowledge.Options {
	limit := a.MaxFindings
	if limit == 0 {
		limit = c.Limits.findings()
	}
	return acknowledge.Options{MaxFindings: limit, Severity: a.Waive, WithErrors: a.WithErrors}
}
