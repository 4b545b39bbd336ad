package guide

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/edibridge/edibridge/edi"
)

// counted counts a finding of a rule and reports whether it is to be kept.
func (v *Validator) counted(r ruleID) bool { return v.countedAs(v.sev[r]) }

func (v *Validator) countedAs(s edi.Severity) bool {
	if s == "" || v.quiet {
		return false
	}
	v.res.Total++
	if s == edi.Error {
		v.res.Errors++
	}
	return len(v.res.Findings) < v.keep
}

func (v *Validator) add(f edi.Finding) { v.res.Findings = append(v.res.Findings, f) }

// finding is a finding about the segment at place, or about what would stand
// before it; place may be one behind the last.
func (v *Validator) finding(r ruleID, place int) edi.Finding {
	f := edi.Finding{
		Rule: v.rules[r].id, Severity: v.sev[r], Codes: map[string]string{},
		Interchange: v.m.Interchange, Segment: v.m.Ordinal + place - 1, Place: place,
		Offset: v.m.Offset + int64(v.m.Size()),
	}
	if f.Severity != edi.Info {
		f.Codes = v.rules[r].codes()
	}
	if place <= v.m.Len() {
		s := v.m.Segment(place)
		f.Offset, f.Tag = s.Offset, string(s.Tag())
	}
	return f
}

// setSeverity gives a finding another severity than its rule's: one that is only
// told sets nothing in acknowledgments.
func (v *Validator) setSeverity(f *edi.Finding, r ruleID, s edi.Severity) {
	f.Severity, f.Codes = s, map[string]string{}
	if s != edi.Info {
		f.Codes = v.rules[r].codes()
	}
}

// maxValue is how much of a bad value is kept: element 724 (X12 AK404, IK404).
const maxValue = 99

// at is a finding about a value.
func (v *Validator) at(r ruleID, sp *spot, message string) edi.Finding {
	place := sp.s.Place
	f := v.finding(r, place)
	f.Message = message
	f.Path = v.match.Path(v.m, place).Element(f.Tag, sp.element, sp.component, sp.repetition)
	begin := sp.s.ElementOffset(sp.element)
	f.Offset, f.Length = sp.s.Within(begin, int(sp.offset-begin), len(sp.value))
	f.Element, f.Component, f.Repetition = sp.element, sp.component, sp.repetition
	f.Value = cut(string(sp.value), maxValue)
	f.Loop = v.match.trigger(v.match.Placed[place-1].Loop)
	if allDigits(sp.spec.ref) {
		f.Ref = sp.spec.ref
	}
	if sp.spec.kind == kindCode && (r == elementCode || r == elementShort || r == elementLong) {
		f.Hint = nearest(string(sp.value), sp.spec.list.codes)
	}
	return f
}

// label is what a person calls the value: "PO102 quantity ordered".
func (sp *spot) label() string {
	s := fmt.Sprintf("%s%02d", sp.s.Tag(), sp.element)
	if sp.component > 0 {
		s += fmt.Sprintf(".%d", sp.component)
	}
	if sp.spec.name != "" {
		s += " " + inSentence(sp.spec.name)
	}
	return s
}

// inSentence writes a name in the middle of a sentence: "Quantity Ordered" in
// lower case, "UPC Case Code" with its "UPC".
func inSentence(name string) string {
	runes := []rune(name)
	for i := range len(runes) - 1 {
		if unicode.IsUpper(runes[i]) && unicode.IsLower(runes[i+1]) {
			runes[i] = unicode.ToLower(runes[i])
		}
	}
	return string(runes)
}

// shown is a value as a message shows it.
func shown(v []byte) string {
	if s := cut(string(v), 40); len(s) < len(v) {
		return s + "..."
	}
	return string(v)
}

// strangeness says what is strange about a tag that the guide does not have.
func (v *Validator) strangeness(s *edi.Segment) ruleID {
	if v.g.dict.has(string(s.Tag())) {
		return segmentUndefined
	}
	return segmentUnknown
}

// stray reports a segment that stays without a place.
func (v *Validator) stray(s *edi.Segment, r ruleID) *SegmentUse {
	v.unplaced(s)
	v.torn = true
	if v.lost == 0 {
		v.lost = lostSilently
	}
	if v.sev[r] == edi.Error {
		v.lost = lostReported
		if r == segmentUnexpected {
			v.blamed = v.g.tags.id(s.Tag())
		}
	}
	if !v.counted(r) {
		return nil
	}
	f := v.finding(r, s.Place)
	tag := f.Tag
	f.Path = v.match.Path(v.m, s.Place)
	_, f.Length = s.Within(s.Offset, 0, len(s.Data()))
	f.Loop = v.match.trigger(v.match.Placed[s.Place-1].Loop)
	switch r {
	case segmentUnknown:
		f.Message = fmt.Sprintf("%q is no segment of %s %s", shown(s.Tag()), v.g.standard, v.g.release)
		f.Tag = cut(tag, maxValue)
		if others := v.g.siblings.have(tag); len(others) > 0 {
			f.Message += ", but of " + strings.Join(others, " and ")
		} else {
			f.Hint = v.nearestTag(tag)
		}
	case segmentUndefined:
		f.Message = fmt.Sprintf("%s is no segment of %s", v.named(tag), v.g.set)
	case segmentUses:
		f.Message = fmt.Sprintf("%s stands here again, all its uses are behind", v.named(tag))
	case segmentSequence:
		f.Message = fmt.Sprintf("%s is out of order: its place is %s", v.named(tag), v.whither(tag))
	default:
		f.Message = fmt.Sprintf("%s stands only in a %s that is not open here", v.named(tag), v.g.loopWord())
		f.Hint = v.openedBy(tag)
	}
	v.add(f)
	return nil
}

// whither says where the place of a tag is that has none here.
func (v *Validator) whither(tag string) string {
	id := v.g.tags.id([]byte(tag))
	for f := len(v.frames) - 1; f >= 0; f-- {
		if v.course.behind(f, id) >= 0 {
			return "before " + v.g.items[v.frames[f].pos].use.Tag
		}
	}
	return "behind"
}

// unopened reports that the loop in which s stands was not opened.
func (v *Validator) unopened(s *edi.Segment) {
	v.unplaced(s)
	if !v.counted(segmentUnexpected) {
		return
	}
	f := v.whole(segmentUnexpected, s)
	f.Message = fmt.Sprintf("%s stands only in a %s that is not open here", v.named(f.Tag), v.g.loopWord())
	f.Hint = v.openedBy(f.Tag)
	v.add(f)
}

// named is a tag with its name, where the dictionary has one.
func (v *Validator) named(tag string) string {
	if s := v.g.dict.segments[tag]; s != nil && s.name != "" {
		return tag + " (" + inSentence(s.name) + ")"
	}
	return tag
}

// nearestTag is a hint for a tag that does not exist: the one that it is in upper
// case, or the only one of the guide that looks like it or is a single change
// away. Of two letters nearly every change makes another tag.
func (v *Validator) nearestTag(tag string) string {
	up := strings.ToUpper(strings.TrimSpace(tag))
	if v.g.dict.has(up) {
		return "did you mean " + up + "?"
	}
	found, most := "", 0
	for _, t := range v.g.tags.names {
		score := 0
		switch {
		case lookalike.Replace(up) == lookalike.Replace(t):
			score = 2
		case len(t) > 2 && len(up) > 2 && len(up) < 5 && oneChange(up, t):
			score = 1
		}
		if score > most {
			found, most = t, score
		} else if score == most {
			found = ""
		}
	}
	if found == "" {
		return ""
	}
	return "did you mean " + found + "?"
}

// openedBy names the triggers of the loops that have a tag.
func (v *Validator) openedBy(tag string) string {
	var triggers []string
	id := v.g.tags.id([]byte(tag))
	for n := 1; n < len(v.g.loops); n++ {
		t := v.g.loops[n].use.Trigger
		if v.g.firstOf(int32(n), id) >= 0 && !slices.Contains(triggers, t) {
			triggers = append(triggers, t)
		}
	}
	return fmt.Sprintf("%s follows %s", tag, strings.Join(triggers, ", "))
}

// late reports a segment that was put where it belongs, behind its time.
func (v *Validator) late(s *edi.Segment, before string) {
	v.torn = true
	if !v.counted(segmentSequence) {
		return
	}
	f := v.whole(segmentSequence, s)
	f.Message = fmt.Sprintf("%s is out of order: its place is before %s", f.Tag, before)
	v.add(f)
}

// tooOften reports a segment or loop over its maximum.
func (v *Validator) tooOften(s *edi.Segment, f int, it int32) {
	v.torn = true
	r, what := segmentUses, ""
	if v.g.items[it].loop >= 0 {
		r, what = loopUses, v.g.loopWord()+" "
	}
	if !v.counted(r) {
		return
	}
	out := v.whole(r, s)
	out.Message = fmt.Sprintf("%s%s stands %d times here, at most %d allowed", what, out.Tag, *v.count(f, it)&^marks, v.g.items[it].max)
	v.add(out)
}

// whole is a finding about a segment that has its place.
func (v *Validator) whole(r ruleID, s *edi.Segment) edi.Finding {
	f := v.finding(r, s.Place)
	f.Path = v.match.Path(v.m, s.Place)
	_, f.Length = s.Within(s.Offset, 0, len(s.Data()))
	f.Loop = v.match.trigger(v.match.Placed[s.Place-1].Loop)
	return f
}

// missing reports that a line of frame f is missing before place.
func (v *Validator) missing(place, f int, it int32) {
	v.torn = true
	if !v.counted(segmentMissing) {
		return
	}
	fr := &v.frames[f]
	out := v.gap(place, int(fr.inst), v.nth(f, it)+1, &v.g.items[it])
	v.held = append(v.held, held{len(v.res.Findings), fr.inst, it})
	v.add(out)
}

// gap is a finding about a line that is missing before place in a loop of the
// match, where it would be the nth of its tag.
func (v *Validator) gap(place, inst, nth int, it *item) edi.Finding {
	f := v.finding(segmentMissing, place)
	before := "the end"
	if f.Tag != "" {
		before = f.Tag
	}
	f.Tag = it.use.Tag
	f.Path = v.match.loopPath(v.m, inst).Segment(f.Tag, nth)
	f.Loop = v.match.trigger(inst)
	what := f.Tag
	if it.loop >= 0 {
		what = v.g.loopWord() + " " + what
		f.Loop = f.Tag
	} else if it.use.Name != "" {
		what += " (" + inSentence(it.use.Name) + ")"
	}
	f.Message = fmt.Sprintf("%s is missing before %s", what, before)
	return f
}

// found takes back that a line was missing: it came late.
func (v *Validator) found(inst, it int32) {
	v.jump.place = 0 // what it takes back would be lost
	s := v.sev[segmentMissing]
	if s == "" || v.quiet {
		return
	}
	v.res.Total--
	if s == edi.Error {
		v.res.Errors--
	}
	i := slices.IndexFunc(v.held, func(h held) bool { return h.inst == inst && h.item == it })
	if i < 0 {
		return // counted, not kept
	}
	at := v.held[i].finding
	v.res.Findings = slices.Delete(v.res.Findings, at, at+1)
	v.held = slices.Delete(v.held, i, i+1)
	for j := range v.held {
		if v.held[j].finding > at {
			v.held[j].finding--
		}
	}
}

// identifier reports an LE that does not name the loop that LS named.
func (v *Validator) identifier(s, ls *edi.Segment) {
	if !v.counted(loopIdentifier) {
		return
	}
	use := v.match.Placed[s.Place-1].Use
	sp := spot{s: s, spec: &use.spec.elements[0], element: 1, offset: s.ElementOffset(1), value: s.Element(1)}
	f := v.at(loopIdentifier, &sp, fmt.Sprintf("LE closes loop %q, LS opened %q", shown(s.Element(1)), shown(ls.Element(1))))
	v.add(f)
}

// relation reports a condition of a segment that does not hold.
func (v *Validator) relation(s *edi.Segment, spec *structSpec, r *relation, present uint64) {
	rule, n := r.culprit(present)
	if rule == elementCondition && spec.required&(1<<(n-1)) != 0 {
		return // it is mandatory, and reported as such
	}
	if v.counted(rule) {
		sp := v.absent(s, spec, n)
		if rule == elementExclusion {
			sp.value = s.Element(n)
		}
		f := v.at(rule, &sp, r.message(spec.tag+"%02d", present, &sp))
		f.Trigger = v.lead(r, s, spec)
		v.add(f)
	}
}

// partRelation reports a condition of a composite that does not hold.
func (v *Validator) partRelation(sp *spot, r *relation, present uint64) {
	rule, n := r.culprit(present)
	if v.counted(rule) {
		one := sp.part(n)
		f := v.at(rule, &one, r.message(fmt.Sprintf("%s%02d.%%d", sp.s.Tag(), sp.element), present, &one))
		f.Trigger = v.leadPart(r, sp)
		v.add(f)
	}
}

// culprit is the rule that a broken relation breaks and the element to name: the
// first that is missing, or the second that is too many.
func (r *relation) culprit(present uint64) (ruleID, int) {
	has := present & r.mask
	switch r.kind {
	case 'E':
		return elementExclusion, bits.TrailingZeros64(has&(has-1)) + 1
	case 'N':
		return elementExclusion, bits.TrailingZeros64(has) + 1
	case 'O':
		if has != 0 {
			return elementExclusion, bits.TrailingZeros64(has&(has-1)) + 1
		}
		return elementCondition, r.lead
	case 'P', 'C':
		return elementCondition, bits.TrailingZeros64(r.mask&^present) + 1
	case 'R':
		return elementCondition, r.lead
	default:
		return elementCondition, bits.TrailingZeros64(r.mask) + 1
	}
}

// message says what a broken relation asks for at sp; format names an element or
// component by its number.
func (r *relation) message(format string, present uint64, sp *spot) string {
	name := func(n int) string { return fmt.Sprintf(format, n) }
	switch has := present & r.mask; {
	case r.kind == 'N':
		return fmt.Sprintf("%s stands beside %s, which excludes it (%s)", sp.label(), name(r.lead), r.text)
	case r.kind == 'E', r.kind == 'O' && has != 0:
		return fmt.Sprintf("%s stands beside %s: at most one of them may (%s)", sp.label(), name(bits.TrailingZeros64(has)+1), r.text)
	case r.kind == 'P':
		return fmt.Sprintf("%s has no %s, which %s asks for (%s)", sp.s.Tag(), sp.label(), name(bits.TrailingZeros64(has)+1), r.text)
	case r.kind == 'C':
		return fmt.Sprintf("%s has no %s, which %s asks for (%s)", sp.s.Tag(), sp.label(), name(r.lead), r.text)
	}
	var all []string
	for m := r.mask; m != 0; m &= m - 1 {
		all = append(all, name(bits.TrailingZeros64(m)+1))
	}
	text := fmt.Sprintf("%s has none of %s", sp.s.Tag(), strings.Join(all, " "))
	if r.kind == 'L' {
		return fmt.Sprintf("%s, of which %s asks for one (%s)", text, name(r.lead), r.text)
	}
	return fmt.Sprintf("%s, one is needed (%s)", text, r.text)
}

// nearest is a hint that names the code which was likely meant: the one of that
// name, the one in upper case, or the only one a single change away.
func nearest(value string, codes []code) string {
	value = strings.TrimSpace(value)
	if value == "" || utf8.RuneCountInString(value) > 80 {
		return ""
	}
	found, best := "", 0
	for _, c := range codes {
		score := likeness(value, c)
		switch {
		case score > best:
			found, best = c.code, score
		case score == best:
			found = "" // not the only one
		}
	}
	if found == "" {
		return ""
	}
	return "did you mean " + found + "?"
}

// likeness is how likely a value was meant as a code; 0 is not at all.
func likeness(value string, c code) int {
	switch {
	case strings.EqualFold(value, c.code):
		return 4
	case strings.EqualFold(value, c.name):
		return 3
	case lookalike.Replace(value) == lookalike.Replace(c.code):
		return 2
	case len(c.code) > 1 && oneChange(value, c.code):
		return 1
	}
	return 0
}

// lookalike folds characters that are typed for each other.
var lookalike = strings.NewReplacer("O", "0", "I", "1", "L", "1", "o", "0", "i", "1", "l", "1")

// oneChange reports whether one character replaced, left out, added or swapped
// with its neighbour makes b of a.
func oneChange(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) || a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
