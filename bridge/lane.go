package bridge

import (
	"path"
	"strings"

	"github.com/edibridge/edibridge/canonical"
)

// Lane says how soon work is taken up beside other work. Within a lane partners
// take turns, so that a flood of one partner's files delays no other's. A lane
// is a share, not a right of way: see [Lane.Share]. Order goes before it: what
// waits behind an older one of its order key waits in any lane.
type Lane string

// Lanes, the most urgent first. "" is Normal.
const (
	Urgent Lane = "urgent"
	Normal Lane = "normal"
	Bulk   Lane = "bulk"
)

// Lanes gives all lanes, the most urgent first.
func Lanes() []Lane { return []Lane{Urgent, Normal, Bulk} }

// Share is how many of 21 claims the lane gets while all lanes have work: 16, 4
// and 1. What a lane does not need goes to the others by the same measure, so
// that none waits for ever.
func (l Lane) Share() int {
	switch l {
	case Urgent:
		return 16
	case Bulk:
		return 1
	}
	return 4
}

// OrNormal is the lane, Normal for "".
func (l Lane) OrNormal() Lane {
	if l == "" {
		return Normal
	}
	return l
}

// LaneRule puts documents with a certain business key into a lane.
type LaneRule struct {
	Scheme  string // "po"; "" any scheme
	Pattern string // of the whole value, after path.Match, letters in any case: "RUSH*"
	Lane    Lane
}

// LanePolicy says in which lane what follows from a document is delivered: that
// of the first rule that fits one of its keys, else Lane; and when what still waits
// goes over into a more urgent one.
type LanePolicy struct {
	Lane  Lane
	Rules []LaneRule
	Aging Aging // of whatever lane it is in
}

func (p *LanePolicy) of(keys []canonical.Key) Lane {
	for _, r := range p.Rules {
		for _, k := range keys {
			if (r.Scheme == "" || strings.EqualFold(r.Scheme, k.Scheme)) && matches(r.Pattern, k.Value) {
				return r.Lane.OrNormal()
			}
		}
	}
	return p.Lane.OrNormal()
}

// matches is path.Match in which "/" is a letter like others and case does not
// count. A pattern that is none matches nothing; the configuration has said so.
func matches(pattern, value string) bool {
	plain := strings.NewReplacer("/", "\x01")
	ok, err := path.Match(plain.Replace(strings.ToUpper(pattern)), plain.Replace(strings.ToUpper(value)))
	return ok && err == nil
}

// Party is whose turn a Transmission uses up among those of its lane: its
// partner's, while none is known its peer's.
func (t *Transmission) Party() string {
	if t.Partner != "" || t.Peer == "" {
		return t.Partner
	}
	return bodyPeer(t.Endpoint, t.Peer)
}
