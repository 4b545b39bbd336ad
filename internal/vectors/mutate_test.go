package vectors

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// edit replaces bytes of a document.
type edit struct {
	at, length int64
	with       string
}

// mutation is one way to break one place of a document, and what must be told of
// it.
type mutation struct {
	what  string // for failures: "PO102 of segment 5"
	edits []edit
	// rules are what the first new finding may be, without the standard's prefix:
	// "element.long".
	rules []string
	// leaves is the rule of a tolerance that the broken segment uses then, and must
	// be told of beside; "" when it uses none.
	leaves string
	// from and to bound where it stands, in the mutated file; equal when the place
	// is known to the byte.
	from, to int64
	length   int // of the finding; -1: whatever
	place    int // of the segment in its message; 0: whatever
	element  int // 0: whatever
	// more are rules of findings that may follow from it, as rules; most bounds all
	// new findings.
	more []string
	most int
	// absorbed says that the broken document may be sound all the same: the segment
	// has another place in the guide. Then the outline has to say so, too.
	absorbed bool
	// drifts says that what is missing may be told later, behind segments that have
	// another place in the guide before it.
	drifts bool
	// rewrites is the place of the segment that stands, or stands again, one place
	// later now: when it has found another line of the guide there, what follows is
	// told as late.
	rewrites int
	// moves says that segments are moved or copied, with what was known of them.
	moves bool
	set   int // index of the message
}

// verdict says what came of one mutation.
type verdict uint8

const (
	exact    verdict = iota // told at its place, and nothing else
	followed                // told at its place, and what follows from it
	absorbed                // nothing is told, and the outline agrees
	failed
)

// consequent are parts of rules that tell of the whole message: a segment more or
// less makes the totals wrong that another one tells, and breaks a hierarchy.
var consequent = []string{".total.", ".hierarchy."}

func isConsequent(rule string) bool {
	return slices.ContainsFunc(consequent, func(part string) bool { return strings.Contains(rule, part) })
}

// ofTheWhole are the ends of rules that are told once of an interchange or message,
// at the first place that there is.
var ofTheWhole = []string{".breaks", ".breaks.mixed", ".segment.empty", ".charset", ".charset.utf8"}

// apply gives the mutated file.
func (d *dissected) apply(edits []edit) []byte {
	var out []byte
	at := int64(0)
	for _, e := range edits {
		out = append(append(out, d.data[at:e.at]...), e.with...)
		at = e.at + e.length
	}
	return append(out, d.data[at:]...)
}

// moved is where an offset stands in the mutated file.
func moved(edits []edit, offset int64) int64 {
	delta := int64(0)
	for _, e := range edits {
		if e.at+e.length <= offset && (e.at < offset || e.length == 0) {
			delta += int64(len(e.with)) - e.length
		}
	}
	return offset + delta
}

// try applies m and judges what is found.
func (d *dissected) try(t *testing.T, m *mutation) (verdict, string) {
	t.Helper()
	data := d.apply(m.edits)
	known := d.known(m)
	var fresh, rest []edi.Finding
	var after []dissectedSet
	j := newJudging(t, d.options)
	j.mute, j.validate.MaxFindings = true, most
	j.found = func(f edi.Finding) {
		key, kind := fmt.Sprint(f.Rule, f.Offset), f.Rule
		if m.moves {
			kind += " " + f.Value
		}
		if known[key]--; known[key] >= 0 || f.Severity != edi.Error && known[kind] > 0 {
			return
		}
		if isConsequent(f.Rule) {
			rest = append(rest, f)
			return
		}
		fresh = append(fresh, f)
	}
	j.judged = func(msg *edi.Message, g *guide.Guide, _ *guide.Result) {
		if (m.absorbed || m.drifts) && g != nil && len(after) == m.set {
			msg = msg.Clone()
			after = append(after, dissectedSet{guide: g, m: msg, match: g.Match(msg)})
		} else {
			after = append(after, dissectedSet{})
		}
	}
	if err := j.run(bytes.NewReader(data)); err != nil {
		return failed, err.Error()
	}
	slices.SortStableFunc(fresh, func(a, b edi.Finding) int { return cmp.Compare(a.Offset, b.Offset) })
	if m.leaves != "" {
		i := slices.IndexFunc(fresh, func(f edi.Finding) bool { return f.Severity == edi.Info && is(&f, m.leaves) && f.Place == m.place })
		if i < 0 {
			return failed, m.leaves + " is not told\n" + lines(fresh)
		}
		fresh = slices.Delete(fresh, i, i+1)
	}
	if len(fresh) == 0 {
		return d.nothingNew(m, after, rest)
	}
	if m.drifts && m.set < len(after) {
		d.drift(m, &after[m.set], fresh[0].Place)
	}
	if why := m.wrong(fresh); why != "" {
		return failed, fmt.Sprintf("%s; told is\n%s", why, strings.TrimSpace(lines(fresh)))
	}
	if len(fresh)+len(rest) > 1 {
		return followed, ""
	}
	return exact, ""
}

// known counts what was told of the sound document, by rule and place in the mutated
// file; what is told of bytes that the mutation replaces is not known any more.
func (d *dissected) known(m *mutation) map[string]int {
	out := map[string]int{}
	for _, f := range d.findings {
		if m.moves || slices.ContainsFunc(ofTheWhole, func(part string) bool { return strings.HasSuffix(f.Rule, part) }) {
			out[f.Rule+" "+f.Value]++
			out[f.Rule]++
		}
		gone := slices.ContainsFunc(m.edits, func(e edit) bool {
			end := f.Offset + int64(f.Length)
			return f.Length > 0 && e.at < end && e.at+e.length >= end && (e.at <= f.Offset || e.with == "")
		})
		if !gone {
			out[fmt.Sprint(f.Rule, moved(m.edits, f.Offset))]++
		}
	}
	return out
}

// drift lets m be told at a place behind its own when all segments in between, which
// are those behind the dropped one, stand on other lines of the guide than before.
func (d *dissected) drift(m *mutation, after *dissectedSet, place int) {
	if after.guide == nil || place <= max(m.place, m.rewrites+1) {
		return
	}
	before := d.sets[m.set].match.Placed
	if m.rewrites > 0 { // the segment that was moved has another place further on
		if after.match.Placed[m.rewrites].Use == before[m.rewrites-1].Use {
			return
		}
		m.most = 4
	} else {
		for p := m.place; p < place; p++ {
			if after.match.Placed[p-1].Use == before[p].Use {
				return
			}
		}
	}
	s := after.m.Segment(min(place, after.m.Len()))
	m.from, m.to, m.place = s.Offset, s.Offset, 0
}

// nothingNew judges a mutation of which nothing is told.
func (d *dissected) nothingNew(m *mutation, after []dissectedSet, rest []edi.Finding) (verdict, string) {
	if !m.absorbed {
		return failed, "nothing is told"
	}
	if len(rest) > 0 { // the totals tell it
		return followed, ""
	}
	if m.set >= len(after) || after[m.set].guide == nil {
		return failed, "nothing is told, and the set is not there"
	}
	s := after[m.set]
	if why := d.outlines[s.guide.Name()].unsound(s.m, s.match); why != "" {
		return failed, "nothing is told, and " + why
	}
	return absorbed, ""
}

// wrong says what of the new findings is not as it must be; "" for nothing.
func (m *mutation) wrong(fresh []edi.Finding) string {
	i := slices.IndexFunc(fresh, func(f edi.Finding) bool { return is(&f, m.rules...) && f.Offset >= m.from && f.Offset <= m.to })
	if i < 0 {
		return fmt.Sprintf("not at byte %d to %d: %s", m.from, m.to, strings.Join(m.rules, ", "))
	}
	f := &fresh[i]
	switch {
	case m.length >= 0 && f.Length != m.length:
		return fmt.Sprintf("length %d, not %d", f.Length, m.length)
	case m.place > 0 && f.Place != m.place:
		return fmt.Sprintf("place %d, not %d", f.Place, m.place)
	case m.element > 0 && f.Element != m.element:
		return fmt.Sprintf("element %d, not %d", f.Element, m.element)
	case len(fresh) > m.most:
		return fmt.Sprintf("%d findings, not up to %d", len(fresh), m.most)
	}
	for i := range fresh {
		if !is(&fresh[i], m.rules...) && !is(&fresh[i], m.more...) {
			return "does not follow: " + fresh[i].String()
		}
	}
	return ""
}

// is reports whether f is of one of rules, the standard's prefix left away or not.
func is(f *edi.Finding, rules ...string) bool {
	_, rule, _ := strings.Cut(f.Rule, ".")
	return slices.Contains(rules, rule) || slices.Contains(rules, f.Rule)
}

func lines(fs []edi.Finding) string {
	var b strings.Builder
	for i := range fs {
		fmt.Fprintf(&b, "  %d+%d place %d %s\n", fs[i].Offset, fs[i].Length, fs[i].Place, fs[i].String())
	}
	return b.String()
}

// mutator gives all mutations of one kind.
type mutator struct {
	name string
	of   func(*dissected) []mutation
	most int // of one document in a short run
}

// TestMutations breaks sound documents in each known way at each place that has one
// (a sample of them, unless EDIBRIDGE_LONG is set): it is told there, by a rule of
// its family, and nothing else is but what follows from it.
func TestMutations(t *testing.T) {
	all := sounds(t)
	for _, kind := range mutators() {
		t.Run(strings.ReplaceAll(kind.name, " ", "-"), func(t *testing.T) {
			counts := [failed + 1]int{}
			shown := 0
			for _, d := range all {
				for _, m := range sample(kind, d) {
					v, reason := d.try(t, &m)
					if v == failed && weak[d.name+": "+m.what] != "" {
						v = followed
					}
					counts[v]++
					if v == failed {
						if shown++; shown <= 20 {
							t.Errorf("%s: %s: %s", d.name, m.what, reason)
						}
					}
				}
			}
			tried := counts[exact] + counts[followed] + counts[absorbed] + counts[failed]
			t.Logf("%d tried: %d told alone, %d with what follows, %d sound all the same, %d failed",
				tried, counts[exact], counts[followed], counts[absorbed], counts[failed])
			if counts[exact]+counts[followed] == 0 {
				t.Error("nothing was told: the mutation breaks nothing")
			}
		})
	}
}

// sample draws mutations, the same ones in each run.
func sample(kind mutator, d *dissected) []mutation {
	all := kind.of(d)
	if long() || len(all) <= kind.most {
		return all
	}
	h := fnv.New64a()
	h.Write([]byte(kind.name + d.name))
	rnd := rand.New(rand.NewPCG(h.Sum64(), 1))
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:kind.most]
}

// weak are mutations whose findings stand too late, and why.
var weak = map[string]string{
	"edifact/INVOIC/Frends.Edifact__D01B_INVOIC.txt: without TAX at place 28, whose loop ends at place 29": "the MOA of the lost group is taken for one of the summary, beyond the mandatory UNS: what follows is told as late",
}

// recount is the edit that makes the trailer of a set count delta segments more.
func (d *dissected) recount(set *dissectedSet, delta int) []edit {
	s := &d.segments[set.first+set.m.Len()-1]
	n, err := strconv.Atoi(string(s.Element(1)))
	if err != nil {
		return nil
	}
	return []edit{{s.ElementOffset(1), int64(len(s.Element(1))), strconv.Itoa(n + delta)}}
}

// stretch is how long the bytes of a segment are, with what is behind its
// terminator.
func stretch(s *edi.Segment) int64 { return int64(len(s.Raw())) }

// target is one value of a document: a simple element or a component.
type target struct {
	set, place         int
	s                  *edi.Segment
	element, component int // component is 0 for a simple element
	ref                string
	shape              shape
	codes              map[string]bool // nil: no list
	mandatory          bool
	alone              bool // a mandatory component of a composite that is optional and has no other value
	agency             bool // another component says whose code it is
	last               bool // nothing stands behind it in its segment, or in its composite
	offset             int64
	value              string
}

// targets are all values whose shape the tables know. Binary segments and values of
// several repetitions are left out.
func (d *dissected) targets() []target {
	var out []target
	for i := range d.sets {
		set := &d.sets[i]
		tb := d.tables[fmt.Sprintf("%s %s", set.guide.Standard(), set.guide.Release())]
		for place := 2; place < set.m.Len(); place++ {
			s := &d.segments[set.first+place-1]
			tag := string(s.Tag())
			if tag == "BIN" || tag == "BDS" || set.match.Placed[place-1].Use == nil {
				continue
			}
			for n := 1; n <= s.Len(); n++ {
				base := target{set: i, place: place, s: s, element: n}
				out = append(out, base.values(tb)...)
			}
		}
	}
	return out
}

// values are those of one element.
func (base target) values(tb *table) []target {
	s, n := base.s, base.element
	value, at := s.Element(n), s.ElementOffset(n)
	p, first := tb.element(string(s.Tag()), n)
	d := s.Delimiters
	if len(value) == 0 || p.ref == "" || d.Repetition != 0 && (bytes.IndexByte(value, d.Repetition) >= 0 || d.Release != 0) {
		return nil
	}
	parts, composite := tb.composites[p.ref]
	base.last = true
	for k := n + 1; k <= s.Len(); k++ {
		base.last = base.last && len(s.Element(k)) == 0
	}
	if !composite {
		base.component, base.ref, base.mandatory = 0, p.ref, p.mandatory && first
		base.offset, base.value = at, string(value)
		return base.known(tb)
	}
	var out []target
	values := components(value, d)
	agency, full := false, 0
	for c, v := range values {
		if v != "" && c < len(parts) {
			agency = agency || parts[c].ref == "1131" || parts[c].ref == "3055"
		}
		if v != "" {
			full++
		}
	}
	for c, v := range values {
		one := base
		if c < len(parts) && parts[c].ref != "" && v != "" {
			one.component, one.ref, one.mandatory = c+1, parts[c].ref, parts[c].mandatory
			one.last = strings.Join(values[c+1:], "") == "" && (full > 1 || base.last)
			one.alone, one.agency = full == 1 && !(p.mandatory && first), agency
			one.offset, one.value = at, v
			out = append(out, one.known(tb)...)
		}
		at += int64(len(v)) + 1
	}
	return out
}

// known completes a target, unless the tables do not know its shape or the value
// holds what stands for a delimiter.
func (base target) known(tb *table) []target {
	shape, ok := tb.elements[base.ref]
	d := base.s.Delimiters
	if !ok || shape.kind == "B" || d.Release != 0 && strings.IndexByte(base.value, d.Release) >= 0 || strings.TrimSpace(base.value) == "" {
		return nil
	}
	base.shape, base.codes = shape, tb.codes[base.ref]
	return []target{base}
}

// components are those of a composite, as received.
func components(value []byte, d *edi.Delimiters) []string {
	var out []string
	start := 0
	for i := 0; i < len(value); i++ {
		switch {
		case d.Release != 0 && value[i] == d.Release:
			i++
		case value[i] == d.Component && d.Component != 0:
			out = append(out, string(value[start:i]))
			start = i + 1
		}
	}
	return append(out, string(value[start:]))
}

// unlisted is a code that the list does not have, of a length that the element may
// have; "" when there is none to be found.
func (g *target) unlisted() string {
	n := max(g.shape.min, min(g.shape.max, 2))
	for _, c := range "QZXJVKY9#" {
		if code := strings.Repeat(string(c), n); !g.codes[code] && !(c == '#') {
			return code
		}
	}
	return ""
}
