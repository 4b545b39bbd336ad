package mappings_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/mappings"
)

// use is a line of a guide: a segment, or a loop with the lines in it.
type use struct {
	tag       string
	place     string // "PO1/PID/MEA"
	loop      bool
	mandatory bool
	most      int
	trigger   *use   // of a loop
	kids      []*use // of a loop, behind its trigger
}

// lineForm is how Line.Text writes a segment or loop: "loop N1 O 200", "020 BEG M 1".
var lineForm = regexp.MustCompile(`^\s*\d{0,4}\s*(loop )?([A-Z][A-Z0-9]{1,2})\s+([MOCX]) (\d+|\*)`)

// uses gives the lines of a guide as a tree.
func uses(g *guide.Guide) *use {
	root := &use{}
	at := map[string]*use{"": root}
	for _, l := range g.Lines() {
		f := lineForm.FindStringSubmatch(l.Text)
		if f == nil {
			continue
		}
		most, err := strconv.Atoi(f[4])
		if err != nil {
			most = guide.Unlimited
		}
		u := &use{tag: f[2], place: l.Place, loop: f[1] != "", mandatory: f[3] == "M", most: most}
		around := ""
		if i := strings.LastIndexByte(l.Place, '/'); i >= 0 {
			around = l.Place[:i]
		}
		up := at[around]
		switch {
		case up == nil:
		case u.loop:
			u.trigger = &use{tag: u.tag, place: u.place, mandatory: true, most: 1}
			up.kids = append(up.kids, u)
			maps.DeleteFunc(at, func(place string, _ *use) bool { return strings.HasPrefix(place, l.Place+"/") })
			at[l.Place] = u
		case at[l.Place] == nil && up.tag != u.tag: // the trigger's own line is no further one
			up.kids = append(up.kids, u)
		}
	}
	return root
}

// all gives the segments of a guide that are made at random, each with the way
// to it.
func (u *use) all(way []*use, do func(way []*use)) {
	for _, k := range u.kids {
		if slices.Contains(framing, k.tag) {
			continue
		}
		do(append(way[:len(way):len(way)], k))
		k.all(append(way[:len(way):len(way)], k), do)
	}
}

// framing are segments that are made by themselves.
var framing = []string{"ST", "SE", "UNH", "UNT", "LS", "LE"}

// segment is one segment being made.
type segment struct {
	use      *use
	within   *segment // the trigger of its loop, of LE the LS, nil in none
	wants    []mappings.Want
	elements []string
	tries    int
	dropped  bool
}

// gone reports whether a segment or a loop around it was dropped.
func (s *segment) gone() bool { return s.dropped || s.within != nil && s.within.gone() }

// aim is a place that a message must have something at.
type aim struct {
	way   []*use
	wants [][]mappings.Want // of each of way
}

// author makes random valid messages of a guide. What it makes of a seed is
// always the same.
type author struct {
	g     *guide.Guide
	root  *use
	d     edi.Delimiters
	lines string // behind each segment
	forms map[string][]slot
	goals []aim // rows of the table
	spots []aim // elements of the guide

	rng   *rand.Rand
	share int // percent of optional segments
	nodes int
	made  []*segment

	convention bool // ST03 is said
}

// newAuthor makes one for a guide; goals are what its table reads.
func newAuthor(g *guide.Guide, goals []mappings.Goal) *author {
	a := &author{g: g, root: uses(g), forms: map[string][]slot{}}
	wanted := map[string][]string{}
	for _, goal := range goals {
		for _, s := range goal.Steps {
			for _, w := range s.Wants {
				wanted[s.Tag] = append(wanted[s.Tag], w.Text)
			}
		}
		tag := goal.Steps[len(goal.Steps)-1].Tag
		wanted[tag] = append(wanted[tag], goal.Codes...)
	}
	d := delimitersOf(g.Standard())
	a.root.all(nil, func(way []*use) {
		u := way[len(way)-1]
		if a.forms[u.tag] == nil {
			a.forms[u.tag] = slots(g.Elements(nil, u.tag, &d), wanted[u.tag])
		}
		for i, s := range a.forms[u.tag] {
			a.spots = append(a.spots, a.spot(way, i+1, 0))
			for j := range s.parts {
				a.spots = append(a.spots, a.spot(way, i+1, j+1))
			}
		}
	})
	for _, goal := range goals {
		a.goals = append(a.goals, a.aims(goal)...)
	}
	return a
}

// delimitersOf are those that are usual in a standard.
func delimitersOf(standard edi.Standard) edi.Delimiters {
	if standard == edi.EDIFACT {
		return edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}
	}
	return edi.Delimiters{Segment: '~', Element: '*', Component: '>', Repetition: '^', Decimal: '.'}
}

func (a *author) spot(way []*use, element, component int) aim {
	wants := make([][]mappings.Want, len(way))
	wants[len(way)-1] = []mappings.Want{{Element: element, Component: component, Any: true}}
	return aim{way, wants}
}

// aims are the ways through the guide to what a row reads, one for each code
// that it knows. There is none when the guide has no such place.
func (a *author) aims(goal mappings.Goal) []aim {
	var found []aim
	wants := make([][]mappings.Want, len(goal.Steps))
	for i, s := range goal.Steps {
		wants[i] = s.Wants
	}
	for _, way := range a.ways(a.root, goal.Steps) {
		found = append(found, aim{way, wants})
		last := len(wants) - 1
		at := wants[last][len(wants[last])-1]
		for _, code := range goal.Codes {
			own := slices.Clone(wants)
			own[last] = append(own[last][:len(own[last]):len(own[last])], mappings.Want{Element: at.Element, Component: at.Component, Text: code})
			found = append(found, aim{way, own})
		}
	}
	return found
}

func (a *author) ways(u *use, steps []mappings.Step) (found [][]*use) {
	if len(steps) == 0 {
		return [][]*use{nil}
	}
	var fit []*use
	for _, k := range u.kids {
		if k.tag == steps[0].Tag && !slices.Contains(framing, k.tag) {
			fit = append(fit, k)
		}
	}
	if steps[0].Past && len(fit) > 1 {
		fit = fit[1:]
	}
	for _, k := range fit {
		for _, rest := range a.ways(k, steps[1:]) {
			found = append(found, append([]*use{k}, rest...))
		}
	}
	return found
}

func (a *author) chance(percent int) bool { return a.rng.IntN(100) < percent }

// message makes a message that its guide finds nothing wrong with, nil when that
// does not come off. It has what some of the aims want: each of them comes in turn.
func (a *author) message(seed uint64) *edi.Message {
	var aims []aim
	for i := range uint64(3) {
		if len(a.goals) > 0 {
			aims = append(aims, a.goals[(seed*3+i)%uint64(len(a.goals))])
		}
		aims = append(aims, a.spots[(seed*3+i)%uint64(len(a.spots))])
	}
	return a.aimed(seed, aims)
}

// aimed is a message that has what aims want, if its guide lets it.
func (a *author) aimed(seed uint64, aims []aim) *edi.Message {
	a.rng = rand.New(rand.NewPCG(seed, 17))
	a.made, a.nodes = a.made[:0], 0
	a.share = []int{10, 30, 45, 60}[a.rng.IntN(4)]
	a.spelled()
	a.convention = len(a.g.Elements(nil, "ST", &a.d)) > 2 && a.chance(30)
	a.loop(a.root, nil, 0, aims)
	for range 40 {
		text, ordinals := a.raw()
		msg, err := edi.ReadMessage([]byte(text), a.d)
		if err != nil {
			return nil
		}
		msg.Version = a.g.Release()
		if a.g.Standard() == edi.EDIFACT {
			msg.Version += ":UN"
		}
		r := a.g.Validate(msg, guide.Options{MaxFindings: 1000})
		if r.Errors == 0 {
			return msg
		}
		if !a.mend(r.Findings, ordinals) {
			return nil
		}
	}
	return nil
}

// spelled chooses separators that partners use.
func (a *author) spelled() {
	a.d, a.lines = delimitersOf(a.g.Standard()), []string{"", "", "\n", "\r\n"}[a.rng.IntN(4)]
	switch {
	case a.g.Standard() == edi.EDIFACT:
		a.d.Decimal = []byte{'.', ','}[a.rng.IntN(2)]
		if a.chance(20) {
			a.d.Repetition = '*'
		}
	case a.chance(30):
		a.d.Segment, a.d.Element, a.d.Component, a.d.Repetition = '\n', '|', ':', 0
		a.lines = ""
	}
}

// loop makes what stands in a loop, or in the message.
func (a *author) loop(u *use, within *segment, depth int, aims []aim) {
	var bound *segment // an LS, whose LE must follow
	for i, k := range u.kids {
		switch k.tag {
		case "ST", "SE", "UNH", "UNT":
			continue
		case "LS":
			bound = nil
			if a.chance(50) || needed(u.kids[i:], aims) {
				bound = a.add(k, within, nil)
			}
			continue
		case "LE":
			if bound != nil {
				a.made = append(a.made, &segment{use: k, within: bound, elements: bound.elements})
			}
			continue
		}
		share := a.share
		if k.loop {
			share = a.share*4/3 - 12*depth
		}
		n := 0
		if k.mandatory {
			n = 1
		}
		for n < min(k.most, 3) && a.chance(share/(n+1)) && len(a.made) < 120 {
			n++
		}
		own := through(k, aims)
		n = max(n, min(len(own)+a.rng.IntN(2), k.most))
		first := a.rng.IntN(n + 1)
		for j := range n {
			var inner []aim
			var wants []mappings.Want
			for x := (j + first) % n; x < len(own); x += n {
				wants = append(wants, own[x].wants[0]...)
				if len(own[x].way) > 1 {
					inner = append(inner, aim{own[x].way[1:], own[x].wants[1:]})
				}
			}
			if k.loop {
				a.loop(k, a.add(k.trigger, within, wants), depth+1, inner)
			} else {
				a.add(k, within, wants)
			}
		}
	}
}

// needed reports whether an aim lies in what an LS and its LE enclose.
func needed(kids []*use, aims []aim) bool {
	for _, k := range kids {
		if k.tag == "LE" {
			return false
		}
		if len(through(k, aims)) > 0 {
			return true
		}
	}
	return false
}

// through are the aims whose way leads through a line.
func through(k *use, aims []aim) (own []aim) {
	for _, x := range aims {
		if x.way[0] == k {
			own = append(own, x)
		}
	}
	return own
}

func (a *author) add(u *use, within *segment, wants []mappings.Want) *segment {
	s := &segment{use: u, within: within, wants: wants}
	a.made = append(a.made, s)
	a.fill(s)
	return s
}

// raw writes the message; ordinals give the segment of each place.
func (a *author) raw() (text string, ordinals []*segment) {
	var b strings.Builder
	write := func(s *segment, tag string, elements []string) {
		b.WriteString(tag)
		for _, e := range elements {
			b.WriteByte(a.d.Element)
			b.WriteString(e)
		}
		b.WriteByte(a.d.Segment)
		b.WriteString(a.lines)
		ordinals = append(ordinals, s)
	}
	head, tail, first := "ST", "SE", a.g.Set()
	id := []string{first, "0001"}
	if a.convention {
		id = append(id, "VICS")
	}
	if a.g.Standard() == edi.EDIFACT {
		head, tail = "UNH", "UNT"
		version, release, _ := strings.Cut(a.g.Release(), ":")
		id = []string{"1", strings.Join([]string{first, version, release, "UN"}, string(a.d.Component))}
	}
	write(nil, head, id)
	for _, s := range a.made {
		if !s.gone() {
			write(s, s.use.tag, s.elements)
		}
	}
	number := "0001"
	if head == "UNH" {
		number = "1"
	}
	write(nil, tail, []string{strconv.Itoa(len(ordinals) + 1), number})
	return b.String(), ordinals
}

// has notes the elements and components that the message made last has values of.
func (a *author) has(spots map[string]bool) {
	note := func(place string, element, component int) {
		spots[fmt.Sprintf("%s %d.%d", place, element, component)] = true
	}
	for _, s := range a.made {
		if s.gone() {
			continue
		}
		for i, v := range s.elements {
			for j, c := range strings.Split(v, string(a.d.Component)) {
				if c != "" {
					note(s.use.place, i+1, j+1)
				}
			}
			if v != "" {
				note(s.use.place, i+1, 0)
			}
		}
	}
}

// lacks are the elements and components of the guide that are in none of spots.
func (a *author) lacks(spots map[string]bool) (missing []string) {
	for _, x := range a.spots {
		w := x.wants[len(x.wants)-1][0]
		name := fmt.Sprintf("%s %d.%d", x.way[len(x.way)-1].place, w.Element, w.Component)
		if !spots[name] && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// mend makes the segments anew that something is wrong with; one that never
// comes right goes. It is false when none is at fault.
func (a *author) mend(findings []edi.Finding, ordinals []*segment) (mended bool) {
	done := map[*segment]bool{}
	for _, f := range findings {
		if f.Severity != edi.Error || f.Place < 1 || f.Place > len(ordinals) {
			continue
		}
		s := ordinals[f.Place-1]
		if s == nil || done[s] {
			continue
		}
		done[s], mended = true, true
		if s.use.tag == "LE" {
			continue
		}
		if a.fill(s); s.tries > 16 && !s.use.mandatory {
			s.dropped = true
		}
	}
	return mended
}

// TestAuthorRepeats: a seed gives the same message whatever was made before.
func TestAuthorRepeats(t *testing.T) {
	s := allShipped(t)[0]
	one, other := newAuthor(s.g, s.m.Goals()), newAuthor(s.g, s.m.Goals())
	one.message(1)
	if got, want := string(one.message(2).Raw()), string(other.message(2).Raw()); got != want {
		t.Errorf("seed 2 after another\n got %q\nwant %q", got, want)
	}
}
