package mappings

import (
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// TestWrappedPlaces reads an order out of a file that is broken into lines: the
// lineage and the residue name the bytes of the file as received.
func TestWrappedPlaces(t *testing.T) {
	g, m := purchaseOrder(t)
	order := wrap("REF*DP*038**IA>77~MSG*" + strings.Repeat("A LONG TEXT ", 20) + "~N1*ST*ACME*92*0007~N3*12 ROAD~PO1*1*10*EA*1.50**UP*012345678905*VN*AB~" +
		"SDQ*EA*92*0001*4*0007*6~ZZ1*A>B*C~CTT*1~")
	flat := "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*U*00401*000000301*0*T*>~" +
		"GS*PO*NORTHPIER*LAKEHOUSE*20261123*0930*301*X*004010~" + order + "GE*1*301~IEA*1*000000301~"
	read := func(file string) (*Result, *edi.Message) {
		msgs := messages(t, []byte(file), "850")
		if len(msgs) != 1 {
			t.Fatalf("%d orders in %q", len(msgs), file)
		}
		r, err := m.In(FromMessage(msgs[0], g, g.Match(msgs[0])), InOptions{Lineage: true, Residue: true})
		if err != nil {
			t.Fatal(err)
		}
		return r, msgs[0]
	}
	plain, _ := read(flat)
	for _, brk := range []string{"\n", "\r\n", "\r"} {
		var lines []string
		for line := range slices.Chunk([]byte(flat), 40) {
			lines = append(lines, string(line))
		}
		file := strings.Join(lines, brk)
		got, msg := read(file)
		if strings.Count(string(msg.Raw()), brk) < 5 {
			t.Fatalf("%q: the file is not read as wrapped", brk)
		}
		// bytes gives what stands at a place of the file, without its breaks.
		bytes := func(at int64, n int) string { return strings.ReplaceAll(file[at:at+int64(n)], brk, "") }
		for pointer, want := range plain.Lineage.All() {
			o, _ := got.Lineage.Origin(pointer)
			if got, want := bytes(o.Offset, o.Length), flat[want.Offset:want.Offset+int64(want.Length)]; got != want {
				t.Errorf("%q, %s\n got %q\nwant %q", brk, pointer, got, want)
			}
		}
		same := func(a, b canonical.ResidueEntry) bool {
			return bytes(a.Offset, 1) == flat[b.Offset:b.Offset+1] && a.Value == b.Value
		}
		if !slices.EqualFunc(got.Residue.Entries, plain.Residue.Entries, same) || len(got.Residue.Entries) < 3 {
			t.Errorf("%q, residue\n got %+v\nwant %+v", brk, got.Residue.Entries, plain.Residue.Entries)
		}
	}
}
