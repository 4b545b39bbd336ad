package edi

import (
	"fmt"
	"strconv"
	"strings"
)

// Path is the one text of one place in a file: ordinals only, from 1.
//
//	ISA[1]/GS[1]/ST[2]               the second set of the first group
//	ISA[1]/GS[1]/ST[2]/PO1[14]/PO107 element 7 of the PO1 that opens the 14th PO1 loop
//	ISA[1]/GS[1]/ST[2]/N1[2]/N3[1]/N301
//	UNB[1]/UNH[2]/LIN[3]/QTY[1]/QTY01.2   component 2 of element 1
//	.../REF[2]/REF02(3)              repetition 3
//	ISA[1]/GS[1]/ST[2]/#21           segment 21 of the set, which found no place in the guide
//
// A loop is named by its trigger and counted within the loop or area that holds
// it; the trigger's own elements follow the loop's step directly.
type Path string

// Segment is the path of the nth segment (or loop) tag below p.
func (p Path) Segment(tag string, n int) Path {
	b := make([]byte, 0, len(p)+len(tag)+12)
	if p != "" {
		b = append(append(b, p...), '/')
	}
	b = append(append(b, tag...), '[')
	return Path(append(strconv.AppendInt(b, int64(n), 10), ']'))
}

// Unplaced is the path of the segment at place, which found no place.
func (p Path) Unplaced(place int) Path { return p + "/#" + Path(strconv.Itoa(place)) }

// Element is the path of an element of the segment tag, whose path is p:
// component and repetition 0 leave that part away.
func (p Path) Element(tag string, element, component, repetition int) Path {
	s := string(p) + fmt.Sprintf("/%s%02d", tag, element)
	if component > 0 {
		s += "." + strconv.Itoa(component)
	}
	if repetition > 0 {
		s += "(" + strconv.Itoa(repetition) + ")"
	}
	return Path(s)
}

// Pattern selects places: like a [Path], but steps may name a qualifier or take
// any ordinal. Guides and mappings are written in patterns.
//
//	N1:ST/N104    element 4 of the N1 whose qualifier is ST
//	REF:*         every REF
//	NAD:BY/NAD02.1
//	HL:I/SN1/SN102
//	REF[2]/REF02(3)
type Pattern struct {
	Steps []Step // loops and segments, outer to inner
	// Element is the element of the last step, from 1, or 0: the whole segment.
	Element    int
	Component  int // from 1, or 0: the whole element
	Repetition int // from 1, or 0: the first, or each
}

// Step is one loop or segment of a [Pattern].
type Step struct {
	Tag       string
	Qualifier string // value of the segment's qualifier element; "" or "*" is any
	Ordinal   int    // from 1, or 0: any
}

// ParsePattern reads a pattern. The error names the part that is wrong.
func ParsePattern(s string) (Pattern, error) {
	var p Pattern
	parts := strings.Split(s, "/")
	for i, part := range parts {
		if i == len(parts)-1 {
			if tag, el, ok := splitElement(part, p.Steps); ok {
				if err := p.parseElement(el); err != nil {
					return p, fmt.Errorf("place %q: %w", s, err)
				}
				if len(p.Steps) == 0 || p.Steps[len(p.Steps)-1].Tag != tag {
					p.Steps = append(p.Steps, Step{Tag: tag})
				}
				return p, nil
			}
		}
		st, err := parseStep(part)
		if err != nil {
			return p, fmt.Errorf("place %q: %w", s, err)
		}
		p.Steps = append(p.Steps, st)
	}
	return p, nil
}

// String is the pattern as [ParsePattern] reads it.
func (p Pattern) String() string {
	var b strings.Builder
	for i, s := range p.Steps {
		last := i == len(p.Steps)-1
		if last && p.Element > 0 && i == 0 && s.Qualifier == "" && s.Ordinal == 0 {
			break
		}
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(s.String())
	}
	if p.Element == 0 || len(p.Steps) == 0 {
		return b.String()
	}
	if b.Len() > 0 {
		b.WriteByte('/')
	}
	fmt.Fprintf(&b, "%s%02d", p.Steps[len(p.Steps)-1].Tag, p.Element)
	if p.Component > 0 {
		fmt.Fprintf(&b, ".%d", p.Component)
	}
	if p.Repetition > 0 {
		fmt.Fprintf(&b, "(%d)", p.Repetition)
	}
	return b.String()
}

// String is the step as it stands in a pattern: "N1:ST", "REF[2]".
func (s Step) String() string {
	switch {
	case s.Qualifier != "":
		return s.Tag + ":" + s.Qualifier
	case s.Ordinal > 0:
		return fmt.Sprintf("%s[%d]", s.Tag, s.Ordinal)
	}
	return s.Tag
}

// splitElement divides "PO107.2(3)" into tag and element part. A tag is two or
// three letters and digits that begin with a letter, the element two digits.
// "PO1" is a segment; "N101" is element 1 of N1, unless the step before says
// that the tag is "N10".
func splitElement(s string, before []Step) (tag, element string, ok bool) {
	head := s
	if i := strings.IndexAny(s, ".("); i >= 0 {
		head = s[:i]
	}
	if len(before) > 0 {
		t := before[len(before)-1].Tag
		if strings.HasPrefix(head, t) && len(head) == len(t)+2 && digits(head[len(t):]) {
			return t, s[len(t):], true
		}
	}
	if len(head) < 4 || len(head) > 5 || !digits(head[len(head)-2:]) || !isTag(head[:len(head)-2]) {
		return "", "", false
	}
	return head[:len(head)-2], s[len(head)-2:], true
}

func (p *Pattern) parseElement(s string) error {
	p.Element, _ = strconv.Atoi(s[:2])
	rest := s[2:]
	if p.Element == 0 {
		return fmt.Errorf("elements count from 01")
	}
	if after, ok := strings.CutPrefix(rest, "."); ok {
		i := strings.IndexByte(after, '(')
		if i < 0 {
			i = len(after)
		}
		n, err := strconv.Atoi(after[:i])
		if err != nil || n < 1 {
			return fmt.Errorf("component %q is no number from 1", after[:i])
		}
		p.Component, rest = n, after[i:]
	}
	if rest == "" {
		return nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(rest, "("), ")"))
	if err != nil || n < 1 || rest[0] != '(' || rest[len(rest)-1] != ')' {
		return fmt.Errorf("repetition %q is not a number from 1 in parentheses", rest)
	}
	p.Repetition = n
	return nil
}

func parseStep(s string) (Step, error) {
	if tag, q, ok := strings.Cut(s, ":"); ok {
		if !isTag(tag) {
			return Step{}, fmt.Errorf("%q is no segment tag", tag)
		}
		if q == "" {
			return Step{}, fmt.Errorf("no qualifier behind %q", tag+":")
		}
		return Step{Tag: tag, Qualifier: q}, nil
	}
	tag, ord := s, 0
	if i := strings.IndexByte(s, '['); i >= 0 {
		n, err := strconv.Atoi(strings.TrimSuffix(s[i+1:], "]"))
		if err != nil || n < 1 || !strings.HasSuffix(s, "]") {
			return Step{}, fmt.Errorf("%q is not a number from 1 in brackets", s[i:])
		}
		tag, ord = s[:i], n
	}
	if !isTag(tag) {
		return Step{}, fmt.Errorf("%q is no segment tag", tag)
	}
	return Step{Tag: tag, Ordinal: ord}, nil
}

func isTag(s string) bool {
	if len(s) < 2 || len(s) > 3 || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
