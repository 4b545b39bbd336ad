package guide_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// soundOrder is a document in which every element is where a partner would have
// it; the mutations break it in one place each.
var soundOrder = strings.Split(strings.TrimSpace(`
ST*850*0001
BEG*00*SA*4711**20261123
CUR*BY*USD
REF*DP*038
PER*BD*J SMITH*TE*5551234
SAC*A*A010***1250
ITD*01*3*2**10**30
DTM*002*20261201
PID*F****GARDEN FURNITURE
TD5**2*ABCD*M*ROUTE 9
N9*L1*NOTES
MSG*DELIVER TO DOCK 4
N1*ST*NORTH STORE*92*0042
N3*12 MAIN STREET
N4*SPRINGFIELD*IL*62701*US
N1*BT*ACME RETAIL*92*0001
N3*1 HIGH STREET
PO1*1*12*EA*9.95*WE*UP*012345678905
CTP**RES*19.95
PID*F****GARDEN CHAIR
PO4*6*1*EA
SDQ*EA*92*0042*12
DTM*010*20261128
N1*SF*EAST WAREHOUSE*92*0009
REF*IA*0012345
SLN*1**I*1*EA
PO1*2*4*EA*49.5*WE*UP*012345678912
PID*F****GARDEN TABLE
CTT*2
AMT*TT*317.4
SE*31*0001`), "\n")

// joined is a document of segments.
func joined(segments []string) string { return strings.Join(segments, "~") + "~" }

// places are those of the findings, with their rules.
func places(fs []edi.Finding) string {
	var out []string
	for _, f := range fs {
		out = append(out, fmt.Sprintf("%d %s", f.Place, strings.TrimPrefix(f.Rule, "x12.")))
	}
	return strings.Join(out, ", ")
}

func TestMutationsSound(t *testing.T) {
	if r := standard(t, "").Validate(message(joined(soundOrder), plain), guide.Options{}); r.Total != 0 {
		t.Fatalf("the document that the mutations break has findings: %v", r.Findings)
	}
}

// TestMutateElements breaks each element in each way and wants exactly one
// finding, with the place, the element and the offset.
func TestMutateElements(t *testing.T) {
	g := standard(t, "")
	var v guide.Validator
	for i, text := range soundOrder {
		fields := strings.Split(text, "*")
		if fields[0] == "ST" || fields[0] == "SE" {
			continue
		}
		for e := 1; e < len(fields); e++ {
			if fields[e] == "" {
				continue
			}
			for rule, value := range map[string]string{
				"x12.element.long":      strings.Repeat("9", 5000),
				"x12.element.character": fields[e][:len(fields[e])-1] + "\x01",
			} {
				broken := slices.Clone(fields)
				broken[e] = value
				doc := slices.Clone(soundOrder)
				doc[i] = strings.Join(broken, "*")
				offset := len(joined(doc[:i])) + len(strings.Join(broken[:e], "*")) + 1
				r := v.Validate(g, message(joined(doc), plain), guide.Options{})
				if len(r.Findings) != 1 {
					t.Errorf("%s%02d: got %s, want one %s", fields[0], e, places(r.Findings), rule)
					continue
				}
				f := r.Findings[0]
				dateOrTime := f.Rule == "x12.element.date" || f.Rule == "x12.element.time"
				if f.Rule != rule && !(dateOrTime && rule == "x12.element.character") || f.Place != i+1 || f.Element != e || int(f.Offset) != offset || f.Length != len(value) {
					t.Errorf("%s%02d: got %s element %d offset %d, want %s at place %d, offset %d", fields[0], e, places(r.Findings), f.Element, f.Offset, rule, i+1, offset)
				}
			}
		}
	}
}

// TestMutateStrangers puts a segment that does not belong at every place and
// wants exactly one finding, there.
func TestMutateStrangers(t *testing.T) {
	g := standard(t, "")
	var v guide.Validator
	for i := 1; i < len(soundOrder); i++ {
		for stranger, rule := range map[string]string{
			"XYZ*1": "segment.unknown", "HL*1**S": "segment.undefined", "po1*1": "segment.unknown", "AK5*A": "segment.undefined",
			"LQ*0*1": "segment.unexpected",
		} {
			doc := slices.Insert(slices.Clone(soundOrder), i, stranger)
			r := v.Validate(g, message(joined(doc), plain), guide.Options{})
			if got, want := places(r.Findings), fmt.Sprintf("%d %s", i+1, rule); got != want {
				t.Errorf("%s before %s: got %s, want %s", stranger, soundOrder[i], got, want)
			}
		}
	}
}

// TestMutateDouble doubles each segment: nothing, or one finding at the second; of a
// line its number and the total.
func TestMutateDouble(t *testing.T) {
	want := map[string]string{
		"BEG": "segment.uses", "CUR": "segment.uses", "CTT": "loop.uses", "AMT": "segment.uses",
	}
	g := standard(t, "")
	var v guide.Validator
	for i := 1; i < len(soundOrder)-1; i++ {
		doc := slices.Insert(slices.Clone(soundOrder), i, soundOrder[i])
		r := v.Validate(g, message(joined(doc), plain), guide.Options{})
		expected := ""
		if rule := want[strings.SplitN(soundOrder[i], "*", 2)[0]]; rule != "" {
			expected = fmt.Sprintf("%d %s", i+2, rule)
		}
		if strings.HasPrefix(soundOrder[i], "PO1") {
			// CTT01 has the right number.
			expected = fmt.Sprintf("%d element.unique, %d total.count", i+2, len(soundOrder)-1)
		}
		if got := places(r.Findings); got != expected {
			t.Errorf("%s twice: got %q, want %q", soundOrder[i], got, expected)
		}
	}
}

// TestMutateDrop leaves out each segment: nothing where it is optional, else a
// finding where it should have stood or where what it opened is lost.
func TestMutateDrop(t *testing.T) {
	want := map[string]string{
		soundOrder[1]:  "2 segment.missing",     // BEG
		soundOrder[10]: "11 segment.unexpected", // N9: its MSG
		soundOrder[12]: "13 segment.unexpected", // the first N1: its N3; N4 follows from it
		soundOrder[15]: "16 segment.sequence",   // the second N1: its N3 comes behind the N4 of the first
		soundOrder[17]: "18 segment.missing",    // the first PO1: what stands in it is its own
		soundOrder[23]: "24 segment.sequence",   // the line's N1: its REF
		soundOrder[26]: "28 total.count",        // a PO1: it is one fewer than CTT01 says
	}
	g := standard(t, "")
	var v guide.Validator
	for i := 1; i < len(soundOrder)-1; i++ {
		doc := slices.Delete(slices.Clone(soundOrder), i, i+1)
		r := v.Validate(g, message(joined(doc), plain), guide.Options{})
		if got := places(r.Findings); got != want[soundOrder[i]] {
			t.Errorf("without %s: got %q, want %q", soundOrder[i], got, want[soundOrder[i]])
		}
	}
}

// TestMutateSwap swaps each two neighbours: one finding at the one that comes
// late, or at the one that lost what opened its loop.
func TestMutateSwap(t *testing.T) {
	want := map[string]string{ // by the first of the two; else the first is late
		soundOrder[10]: "11 segment.unexpected", // N9, MSG
		soundOrder[11]: "13 segment.unexpected", // MSG, N1
		soundOrder[12]: "13 segment.unexpected", // N1, N3
		soundOrder[14]: "17 segment.sequence",   // N4, N1: N4 goes to the second N1, whose N3 is late then
		soundOrder[15]: "16 segment.sequence",   // N1, N3: N3 goes to the N1 before
		soundOrder[16]: "18 segment.unexpected", // N3, PO1
		soundOrder[17]: "18 segment.sequence",   // PO1, CTP: the heading has a CTP
		soundOrder[22]: "25 segment.sequence",   // DTM, N1: DTM goes to the N1, whose REF is late then
		soundOrder[23]: "24 segment.sequence",   // N1, REF: the line has a REF
		soundOrder[25]: "",                      // SLN, PO1: the other line may have it
		soundOrder[26]: "",                      // PO1, PID
		soundOrder[28]: "",                      // CTT, AMT
	}
	g := standard(t, "")
	var v guide.Validator
	for i := 1; i+2 < len(soundOrder); i++ {
		doc := slices.Clone(soundOrder)
		doc[i], doc[i+1] = doc[i+1], doc[i]
		expected, ok := want[soundOrder[i]]
		if !ok {
			expected = fmt.Sprintf("%d segment.sequence", i+2)
		}
		r := v.Validate(g, message(joined(doc), plain), guide.Options{})
		if got := places(r.Findings); got != expected {
			t.Errorf("%s and %s swapped: got %q, want %q", soundOrder[i], soundOrder[i+1], got, expected)
		}
	}
}

// TestMutateWrongTag misspells each tag: one finding at the segment, none for
// what follows from it, and one more where it was mandatory.
func TestMutateWrongTag(t *testing.T) {
	more := map[string]string{
		soundOrder[1]: ", 3 segment.missing",
	}
	g := standard(t, "")
	var v guide.Validator
	for i := 1; i < len(soundOrder)-1; i++ {
		doc := slices.Clone(soundOrder)
		doc[i] = "Q" + doc[i][1:]
		r := v.Validate(g, message(joined(doc), plain), guide.Options{})
		if got, want := places(r.Findings), fmt.Sprintf("%d segment.unknown", i+1)+more[soundOrder[i]]; got != want {
			t.Errorf("%s: got %q, want %q", doc[i], got, want)
		}
	}
}

// TestMutateCut cuts the document behind each segment: what is missing is
// reported at its end.
func TestMutateCut(t *testing.T) {
	g := standard(t, "")
	var v guide.Validator
	for i := 1; i < len(soundOrder); i++ {
		want := ""
		if i < 18 {
			want = fmt.Sprintf("%d segment.missing", i+1) // PO1
		}
		if i < 2 {
			want += ", 2 segment.missing" // BEG
		}
		r := v.Validate(g, message(joined(soundOrder[:i]), plain), guide.Options{})
		if got := places(r.Findings); got != want {
			t.Errorf("cut behind %s: got %q, want %q", soundOrder[i-1], got, want)
		}
	}
}
