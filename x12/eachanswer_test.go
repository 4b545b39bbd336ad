package x12

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edibridge/edibridge/edi"
)

// sameOneByOne reads the sets of an acknowledgment one by one: they are those of
// want, and what is said of the whole is the same.
func sameOneByOne(t fataler, m *edi.Message, want GroupAnswer, wantFindings []edi.Finding) {
	t.Helper()
	for i := range wantFindings {
		if wantFindings[i].Rule == "x12.ack.limit" {
			return // not all of it was kept
		}
	}
	var sets []SetAnswer
	got, findings := EachSetAnswer(m, func(s *SetAnswer) { sets = append(sets, *s) })
	if got.Sets != nil {
		t.Fatalf("%d sets are kept", len(got.Sets))
	}
	if got.Sets = sets; want.Sets == nil {
		want.Sets = sets[:0:0]
	}
	if len(got.Sets) == 0 {
		got.Sets = want.Sets
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(GroupAnswer{})); d != "" {
		t.Fatalf("read set by set (-whole +one by one)\n%s", d)
	}
	if d := cmp.Diff(wantFindings, findings); d != "" {
		t.Fatalf("findings (-whole +one by one)\n%s", d)
	}
}

// TestReleasedValue writes and reads what an element held that a release
// character stood in: the value itself.
func TestReleasedValue(t *testing.T) {
	extended := strings.Replace(isa, "*U*00401", "*^*00704", 1) + "ISX*\\~"
	file := extended + "GS*PO*NORTHPIER*LAKEHOUSE*20261123*0930*301*X*007040~ST*850*0001~BEG*S\\~\\*~SE*3*0001~" + ge + iea
	w := edi.NewWalker(strings.NewReader(file), edi.Limits{}, Syntax{})
	var out bytes.Buffer
	for ev, err := range w.Events() {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind != edi.EndMessage {
			continue
		}
		beg := ev.Message.Segment(2)
		f := findingAt(ev.Message.Path.Segment("BEG", 1), &beg, 1)
		f.Severity, f.Codes = edi.Error, codes{"ak304": "8", "ak403": "7", "ak502": "5"}
		a := NewGroupAck(&out, numbered(AnswerTo(ev.Interchange, ev.Group)), ev.Group)
		if err := errors.Join(a.Set(SetResult{Set: "850", Control: "0001", Findings: []edi.Finding{f}}), a.Close(nil)); err != nil {
			t.Fatal(err)
		}
	}
	const want = `AK4*1**7*S\~\*~`
	if !strings.Contains(out.String(), want) {
		t.Errorf("written\n got %s\nwant %s", out.String(), want)
	}
	got := readAnswers(t, out.Bytes())
	if v := got.groups[0].Sets[0].Segments[0].Elements[0].Value; v != "S~*" {
		t.Errorf("read\n got %q\nwant %q", v, "S~*")
	}
}
