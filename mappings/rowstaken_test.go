package mappings_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
)

// taken notes which rows, and which codes of them, messages were read by.
type taken struct {
	rows  map[mappings.GoalID]bool
	lines map[string]bool // of the files, whatever table has them
	codes map[string]bool // of a list: "party ST"
}

func (k *taken) add(l *mappings.Lineage, goals map[mappings.GoalID]mappings.Goal) {
	l.Rows(func(id mappings.GoalID, raw string) {
		g := goals[id]
		k.rows[id], k.lines[g.Row] = true, true
		k.codes[g.List+" "+strings.TrimRight(raw, " ")] = true
	})
}

// TestRowsAreTaken: every row of the tables, and every code of their lists, reads
// something of some valid message of a set that has it, or of the corpus: what never
// does is dead.
func TestRowsAreTaken(t *testing.T) {
	all := allShipped(t)
	goals, byID := map[*mappings.Mapping][]mappings.Goal{}, map[mappings.GoalID]mappings.Goal{}
	for _, s := range all {
		if goals[s.m] == nil {
			goals[s.m] = s.m.Goals()
			for _, g := range goals[s.m] {
				byID[g.ID] = g
			}
		}
	}
	k := &taken{map[mappings.GoalID]bool{}, map[string]bool{}, map[string]bool{}}
	for _, s := range all {
		pursue(s, goals[s.m], k, byID)
	}
	if root := os.Getenv("EDIBRIDGE_CORPUS"); root != "" {
		gl, ml := standards(t), library(t)
		each(t, root, func(_ string, msg *edi.Message) {
			m := ml.Find(string(msg.Standard), msg.Version, msg.Set)
			g, _ := gl[msg.Standard].Find(msg.Standard, msg.Version, msg.Set)
			if m == nil || g == nil {
				return
			}
			if r, err := (shipped{g: g, m: m}).in(msg, true); err == nil {
				k.add(r.Lineage, byID)
			}
		})
	}
	rows, dead := 0, map[string]bool{}
	for m, gs := range goals {
		for _, g := range gs {
			rows++
			if !k.lines[g.Row] && !g.ID.Silent() {
				dead[m.Name()+": "+g.Row+" "+g.Place] = true
			}
			for _, code := range g.Codes {
				if !k.codes[g.List+" "+code] {
					dead[g.List+": code "+code] = true
				}
			}
		}
	}
	t.Logf("%d rows of %d tables", rows, len(goals))
	for _, row := range slices.Sorted(maps.Keys(dead)) {
		t.Errorf("never taken: %s", row)
	}
}

// pursue makes messages of a guide that aim at what was not taken yet, a few
// rows at a time, and each at last alone.
func pursue(s shipped, goals []mappings.Goal, k *taken, byID map[mappings.GoalID]mappings.Goal) {
	a := newAuthor(s.g, goals)
	read := func(msg *edi.Message) {
		if msg == nil {
			return
		}
		if r, err := s.in(msg, true); err == nil {
			k.add(r.Lineage, byID)
		}
	}
	seed := uint64(0)
	for ; seed < 10; seed++ {
		read(a.message(seed))
	}
	for _, share := range []int{8, 4, 2, 1, 1, 1, 1, 1} {
		var open []aim
		for _, g := range goals {
			if !g.ID.Silent() {
				open = append(open, a.open(g, k)...)
			}
		}
		for part := range slices.Chunk(open, share) {
			seed++
			read(a.aimed(seed, part))
		}
	}
}

// open are the aims of a row that nothing has met.
func (a *author) open(g mappings.Goal, k *taken) (left []aim) {
	for _, x := range a.aims(g) {
		last := x.wants[len(x.wants)-1]
		code := last[len(last)-1].Text
		if code == "" && k.rows[g.ID] || code != "" && k.codes[g.List+" "+code] {
			continue
		}
		left = append(left, x)
	}
	return left
}
