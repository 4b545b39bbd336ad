package bridge

import (
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge/views"
	"github.com/edibridge/edibridge/canonical"
)

// TestNeededStock: of stock that is spoken of stays what makes its book; of stock
// that nobody speaks of any more nothing does.
func TestNeededStock(t *testing.T) {
	place := []canonical.Party{{Role: "warehouse", IDs: []canonical.ID{{Value: "RB02"}}}}
	item := []canonical.ProductID{{Scheme: "VN", Value: "P1"}}
	pieces := func(n string) canonical.Quantity {
		return canonical.Quantity{Value: canonical.Decimal(n), UOM: "EA", UOMUnece: "C62"}
	}
	report := func(number string, at canonical.Date, scheme, n string) canonical.Document {
		return &canonical.Inventory{ReportNumber: number, ReportedAt: at, Parties: place, Lines: []canonical.InventoryLine{{IDs: item,
			Quantities: []canonical.StockQuantity{{Scheme: scheme, Quantity: pieces(n)}}}}}
	}
	receipt := func(number string, at canonical.Date) canonical.Document {
		return &canonical.ReceiptAdvice{ReceiptNumber: number, ReceivedDate: at, Parties: place, Lines: []canonical.ReceiptLine{{IDs: item, Quantity: pieces("5")}}}
	}
	now := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	cut := now.AddDate(0, 0, -60)
	subject := views.Subject{View: views.ViewStock, Key: "RB02/P1"}
	for _, c := range []struct {
		name string
		docs []canonical.Document // a month apart, the last one a month ago
		goes string               // of the first
		want bool
	}{
		{"a count before another one", []canonical.Document{report("1", "2026-08-01", "17", "10"), report("2", "2026-09-01", "17", "9"), report("3", "2026-10-01", "17", "8")}, "0", false},
		{"the last count, with movements since", []canonical.Document{report("1", "2026-08-01", "17", "10"), receipt("2", "2026-09-01"), receipt("3", "2026-10-01")}, "0", true},
		{"the last count of its kind", []canonical.Document{report("1", "2026-08-01", "33", "10"), report("2", "2026-09-01", "17", "9"), report("3", "2026-10-01", "17", "8")}, "0", true},
		{"a movement before a count", []canonical.Document{receipt("1", "2026-08-01"), report("2", "2026-09-01", "17", "9"), receipt("3", "2026-10-01")}, "0", false},
		{"a movement behind the last count", []canonical.Document{report("1", "2026-08-01", "17", "9"), receipt("2", "2026-09-01"), receipt("3", "2026-10-01")}, "1", true},
		{"all of it, long ago", []canonical.Document{report("1", "2026-08-01", "17", "9")}, "0", false},
	} {
		var said []views.Said
		for i, doc := range c.docs {
			at := now.AddDate(0, i-3, 0)
			if len(c.docs) == 1 {
				at = now.AddDate(0, -5, 0)
			}
			for _, f := range views.Facts(doc) {
				said = append(said, views.Said{Fact: f, Transmission: string(rune('0' + i)), Document: string(rune('0' + i)), Partner: "3pl", Direction: "in",
					Sequence: int64(i + 1), Ordinal: 1, At: at})
			}
		}
		if got := needed(subject, said, map[string]bool{c.goes: true}, cut); got != c.want {
			t.Errorf("%s: needed\n got %v\nwant %v", c.name, got, c.want)
		}
	}
}
