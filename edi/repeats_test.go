package edi

import (
	"strings"
	"testing"
)

// TestRepeats asks which element alone differs from the header before.
func TestRepeats(t *testing.T) {
	x := func(control, date string) string {
		return strings.Replace(isa[:90]+control+isa[99:], "261123", date, 1) + "GS*PO~GE*0*1~IEA*1*1~"
	}
	u := func(una, sender, date, reference string) string {
		return una + "UNB+UNOC:3+" + sender + ":14+B:14+" + date + ":0930+" + reference + "'UNZ+0+1'"
	}
	const una = "UNA:+.? '"
	for _, c := range []struct {
		name  string
		files []string
		n     int // the element asked about
		want  string
	}{
		{"ISA13", []string{x("000000001", "261123"), x("000000002", "261123"), x("000000002", "261123")}, 13, "no yes yes"},
		{"another element of ISA", []string{x("000000001", "261123"), x("000000002", "261123")}, 9, "no no"},
		{"another date, too", []string{x("000000001", "261123"), x("000000002", "261124"), x("000000003", "261124")}, 13, "no no yes"},
		{"UNB 0020", []string{u("", "A", "261123", "9"), u("", "A", "261123", "10"), u("", "A", "261123", "10"), u("", "A", "261123", "11")}, 5, "no yes yes yes"},
		{"behind UNA", []string{u(una, "A", "261123", "99"), u(una, "A", "261123", "100"), u("", "A", "261123", "101")}, 5, "no yes no"},
		{"the date alone", []string{u("", "A", "261123", "1"), u("", "A", "261124", "1"), u("", "A", "261123", "1")}, 5, "no no no"},
		{"the date, then 0020", []string{u("", "A", "261123", "1"), u("", "A", "261124", "1"), u("", "A", "261123", "2"), u("", "A", "261123", "3")}, 5, "no no no yes"},
		{"a sender that is a number", []string{u("", "4099", "261123", "1"), u("", "4100", "261123", "1")}, 5, "no no"},
		{"no number", []string{u("", "A", "261123", "1"), u("", "A", "261123", ""), u("", "A", "261123", "R1"), u("", "A", "261123", "R2")}, 5, "no no no no"},
		{"either standard", []string{x("000000001", "261123"), u("", "A", "261123", "1"), x("000000002", "261123")}, 13, "no no no"},
		{"a break within", []string{u("", "A\n", "261123", "1"), u("", "A\n", "261123", "2")}, 5, "no no"},
	} {
		behind := strings.Repeat(" ", 600)
		r := NewReader(strings.NewReader(strings.Join(c.files, "")+behind), Limits{})
		var got []string
		for {
			if _, err := r.Find(nil); err != nil {
				break
			}
			said := "no"
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
			if r.Repeats(c.n) {
				said = "yes"
			}
			got = append(got, said)
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}
