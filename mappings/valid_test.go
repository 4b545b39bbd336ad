package mappings_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
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
		u := &use{tag: f[2], loop: f[1] != "", mandatory: f[3] == "M", most: most}
		around := ""
		if i := strings.LastIndexByte(l.Place, '/'); i >= 0 {
			around = l.Place[:i]
		}
		up := at[around]
		switch {
		case up == nil:
		case u.loop:
			u.trigger = &use{tag: u.tag, mandatory: true, most: 1}
			up.kids = append(up.kids, u)
			at[l.Place] = u
		case at[l.Place] == nil && up.tag != u.tag: // the trigger's own line is no further one
			up.kids = append(up.kids, u)
		}
	}
	return root
}

// segment is one segment being made.
type segment struct {
	use      *use
	within   *segment // the trigger of its loop, of LE the LS, nil in none
	elements []string
	tries    int
	dropped  bool
}

// gone reports whether a segment or a loop around it was dropped.
func (s *segment) gone() bool { return s.dropped || s.within != nil && s.within.gone() }

// author makes random valid messages of a guide.
type author struct {
	g      *guide.Guide
	root   *use
	d      edi.Delimiters
	wanted map[string][]string // by tag: codes that tables look for
	rng    *rand.Rand
	made   []*segment
}

// delimitersOf are those that are usual in a standard.
func delimitersOf(standard edi.Standard) edi.Delimiters {
	if standard == edi.EDIFACT {
		return edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}
	}
	return edi.Delimiters{Segment: '~', Element: '*', Component: '>', Repetition: '^', Decimal: '.'}
}

// wantedCodes reads from the tables which codes rows look for: DTM:137, where
// PRI01.5 "".
func wantedCodes(t testing.TB) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("tables/*.map")
	if err != nil || len(files) == 0 {
		t.Fatal("no tables were found", err)
	}
	wanted := map[string][]string{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\b([A-Z][A-Z0-9]{1,2}):([A-Z0-9]+)\b|where ([A-Z][A-Z0-9]{1,2})\d\d(?:\.\d+)? "([^"]+)"`).FindAllStringSubmatch(string(text), -1) {
			tag, code := m[1]+m[3], m[2]+m[4]
			if !slices.Contains(wanted[tag], code) {
				wanted[tag] = append(wanted[tag], code)
			}
		}
	}
	return wanted
}

func (a *author) chance(percent int) bool { return a.rng.IntN(100) < percent }

// loop makes what stands in a loop, or in the message.
func (a *author) loop(u *use, within *segment, depth int) {
	var bound *segment // an LS, whose LE must follow
	for _, k := range u.kids {
		switch k.tag {
		case "ST", "SE", "UNH", "UNT":
			continue
		case "LS":
			if a.chance(50) {
				bound = a.add(k, within)
			}
			continue
		case "LE":
			if bound != nil {
				a.made = append(a.made, &segment{use: k, within: bound, elements: bound.elements})
			}
			continue
		}
		n, share := 0, 45
		if k.loop {
			share = 60 - 12*depth
		}
		if k.mandatory {
			n = 1
		}
		for n < min(k.most, 3) && a.chance(share/(n+1)) && len(a.made) < 150 {
			n++
		}
		for range n {
			if k.loop {
				a.loop(k, a.add(k.trigger, within), depth+1)
			} else {
				a.add(k, within)
			}
		}
	}
}

func (a *author) add(u *use, within *segment) *segment {
	s := &segment{use: u, within: within}
	a.made = append(a.made, s)
	a.fill(s)
	return s
}

// fill gives a segment elements: at first some, then fewer, at last only what is
// mandatory.
func (a *author) fill(s *segment) {
	share := []int{60, 40, 70, 25, 90, 10, 0, 50, 100}[s.tries%9]
	s.tries++
	s.elements = s.elements[:0]
	last := 0
	for i, e := range a.g.Elements(nil, s.use.tag, &a.d) {
		if i == 30 {
			break
		}
		v := ""
		if e.Mandatory || a.chance(share) {
			if v = a.element(s.use.tag, &e, share); v != "" {
				last = i + 1
			}
		}
		s.elements = append(s.elements, v)
	}
	s.elements = s.elements[:last]
	if s.use.tag == "DTM" && a.g.Standard() == edi.EDIFACT {
		s.elements = []string{a.moment()}
	}
}

func (a *author) element(tag string, e *guide.Element, share int) string {
	if len(e.Parts) == 0 {
		return a.value(tag, e)
	}
	parts := make([]string, len(e.Parts))
	for i := range e.Parts {
		if p := &e.Parts[i]; p.Mandatory || i == 0 || a.chance(share) {
			parts[i] = a.value(tag, p)
		}
	}
	return strings.TrimRight(strings.Join(parts, string([]byte{a.d.Component})), string([]byte{a.d.Component}))
}

// words are texts with what separators and converters could trip over.
var words = []string{"ACME", "Lamp, oak", "0100", "4711", "Dock 5", "12", "HH-104711", "Weser", "N/A", "A.B", "it's", "PAID+NET", "7:30", "é", "x"}

// value is a simple value of a type, of fitting length.
func (a *author) value(tag string, e *guide.Element) string {
	if codes := e.CodeList(); len(codes) > 0 {
		var fit []string
		for _, c := range a.wanted[tag] {
			if slices.Contains(codes, c) {
				fit = append(fit, c)
			}
		}
		if len(fit) > 0 && a.chance(60) {
			codes = fit
		}
		return codes[a.rng.IntN(len(codes))]
	}
	switch {
	case e.Type == "DT":
		return time(a, "20060102")[max(0, 8-e.Max):]
	case e.Type == "TM":
		return []string{"0930", "093015", "2359"}[a.rng.IntN(3)]
	case e.Type == "R" || e.Type == "n" || strings.HasPrefix(e.Type, "N") || slices.Contains(numeric, e.Ref):
		return a.number(e)
	case e.Type == "ID":
		return strings.Repeat("ABCDEFGH"[a.rng.IntN(8):][:1], max(e.Min, 1))
	}
	return a.text(e)
}

// numeric are elements of EDIFACT that are numbers by their meaning, though a
// later directory lets them be text.
var numeric = []string{"5004", "5118", "5278", "5286", "5402", "5482", "6060", "6152", "6162", "6314", "7224"}

func (a *author) number(e *guide.Element) string {
	n := strconv.Itoa(1 + a.rng.IntN(99))
	if (e.Type == "R" || e.Type == "n") && e.Max > 4 && a.chance(40) {
		n += []string{".5", ".25", ".10"}[a.rng.IntN(3)]
	}
	for len(n) < e.Min {
		n = "1" + n
	}
	if e.Max > 0 && len(n) > e.Max {
		n = n[:e.Max]
	}
	return strings.TrimSuffix(n, ".")
}

// text is a text; in EDIFACT what would divide is released.
func (a *author) text(e *guide.Element) string {
	v := words[a.rng.IntN(len(words))]
	if a.d.Release == 0 {
		v = strings.NewReplacer("*", "", ">", "", "^", "", "~", "").Replace(v)
	}
	if r := []rune(v); e.Max > 0 && len(r) > e.Max {
		v = strings.TrimSpace(string(r[:e.Max]))
	}
	for len([]rune(v)) < e.Min {
		v += "0"
	}
	if a.d.Release != 0 {
		v = strings.NewReplacer("?", "??", "+", "?+", ":", "?:", "'", "?'").Replace(v)
	}
	return v
}

// moment is C507: what, when, and in which format.
func (a *author) moment() string {
	what := []string{"137", "2", "171", "36", "334", "90", "91", "63"}
	what = append(what, a.wanted["DTM"]...)
	forms := []string{"20060102:102", "200601021504:203", "20060102150405:204", "060102:101"}
	return what[a.rng.IntN(len(what))] + ":" + time(a, forms[a.rng.IntN(len(forms))])
}

// time writes some point of time as a layout says.
func time(a *author, layout string) string {
	return strings.NewReplacer("2006", strconv.Itoa(2000+a.rng.IntN(40)), "060102", fmt.Sprintf("2%d0%d1%d", a.rng.IntN(10), 1+a.rng.IntN(9), a.rng.IntN(10)),
		"0102", fmt.Sprintf("0%d1%d", 1+a.rng.IntN(9), a.rng.IntN(10)), "1504", fmt.Sprintf("1%d%d%d", a.rng.IntN(10), a.rng.IntN(6), a.rng.IntN(10)), "05", "30").Replace(layout)
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
		ordinals = append(ordinals, s)
	}
	head, tail, first := "ST", "SE", a.g.Set()
	id := []string{first, "0001"}
	if a.g.Standard() == edi.EDIFACT {
		head, tail = "UNH", "UNT"
		version, release, _ := strings.Cut(a.g.Release(), ":")
		id = []string{"1", first + ":" + version + ":" + release + ":UN"}
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

// message makes a message that its guide finds nothing wrong with, nil when that
// does not come off.
func (a *author) message(seed uint64) *edi.Message {
	a.rng = rand.New(rand.NewPCG(seed, 17))
	a.made = a.made[:0]
	a.loop(a.root, nil, 0)
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

// documents is how many a set has: 2,000 where time allows.
func documents() uint64 {
	switch {
	case os.Getenv("EDIBRIDGE_LONG") != "":
		return 2000
	case testing.Short():
		return 10
	}
	return 50
}

// TestGeneratedForAllTables takes random messages that are valid by their guide
// into documents and back: the same bytes with the residue, the same meaning
// without, and documents that their schema takes.
func TestGeneratedForAllTables(t *testing.T) {
	wanted := wantedCodes(t)
	for _, s := range allShipped(t) {
		t.Run(s.g.Name(), func(t *testing.T) {
			t.Parallel()
			a := &author{g: s.g, root: uses(s.g), d: delimitersOf(s.g.Standard()), wanted: wanted}
			var sum tally
			seed, n, odd := uint64(0), documents(), 0
			for ; sum.sets < int(n) && seed < 4*n; seed++ {
				msg := a.message(seed)
				if msg == nil {
					continue
				}
				r, problems := s.bothWays(msg)
				if len(problems) > 0 {
					t.Fatalf("seed %d: %s\n%s\n%s", seed, msg.Raw(), strings.Join(problems, "\n"), told(r))
				}
				if sum.add(r); unread(r) {
					odd++
				}
			}
			t.Logf("%s, of %d tried, %d with values that could not be read", &sum, seed, odd)
			if sum.sets < int(n) || odd > sum.sets/10 || sum.values < 10*sum.sets || sum.mapped == 0 {
				t.Errorf("%s: the generator makes too little", &sum)
			}
		})
	}
}

func told(r *mappings.Result) string {
	if r == nil {
		return ""
	}
	return fmt.Sprint(r.Findings)
}
