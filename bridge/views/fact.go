package views

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/edibridge/edibridge/canonical"
)

// View is what a fact is about.
type View string

// The views. [ViewInvoice] has payments alone: those of an order's invoices belong
// to the order.
const (
	ViewOrder    View = "order"    // subject: the PO number
	ViewShipment View = "shipment" // subject: the shipment's number, or the carrier's
	ViewStock    View = "stock"    // subject: place and item, with a slash between
	ViewInvoice  View = "invoice"  // subject: the invoice's number
)

// Fact is what one document says about one subject.
type Fact struct {
	View    View            `json:"view"`
	Subject string          `json:"subject"` // as [Key] gives it
	Data    json.RawMessage `json:"data"`    // for the folds of this package alone
}

// Said is a fact with who said it, and when.
type Said struct {
	Fact
	Document     string    `json:"document"`     // id
	Transmission string    `json:"transmission"` // id of the one that it came in
	Partner      string    `json:"partner"`      // who said it, or to whom we said it
	Direction    string    `json:"direction"`    // "in" we were told, "out" we said
	Mode         string    `json:"mode"`         // "production", "test", "information"
	Sequence     int64     `json:"sequence"`     // accept order
	Ordinal      int       `json:"ordinal"`      // of the document within its transmission
	At           time.Time `json:"at"`           // accepted
}

// Subject names what there are facts about.
type Subject struct {
	View View
	Key  string
}

// What one document says at most.
const (
	MaxFacts = 10_000 // in each view
	MaxLines = 5_000  // of one order, about 150 bytes each
	maxList  = 1_000  // orders, numbers and milestones of one shipment
)

// maxKey bounds a key in bytes: numbers of the trade have 80 characters at most,
// and a database indexes no text of any length.
const maxKey = 200

// Key is a number as it is compared: upper case, single blanks, without leading
// zeros; "PO 0012" is "PO 0012", "00012" is "12".
func Key(number string) string {
	k := strings.ToUpper(strings.Join(strings.Fields(number), " "))
	if bare := strings.TrimLeft(k, "0"); bare != "" {
		k = bare
	}
	for len(k) > maxKey {
		_, n := utf8.DecodeLastRuneInString(k)
		k = k[:len(k)-n]
	}
	return k
}

// StockKey is the subject of an item at a place.
func StockKey(place, item string) string {
	p := strings.ReplaceAll(Key(place), "/", "-")
	return p + "/" + Key(item)
}

// Facts are what doc says, one for each view and subject, in the order in which it
// names them. An acknowledgment, a catalog and an advice say nothing.
func Facts(doc canonical.Document) []Fact {
	g := gathering{}
	switch d := doc.(type) {
	case *canonical.Order:
		g.order(d)
	case *canonical.OrderChange:
		g.change(d)
	case *canonical.OrderResponse:
		g.response(d)
	case *canonical.WarehouseOrder:
		g.release(d)
	case *canonical.WarehouseAdvice:
		g.advice(d)
	case *canonical.ShipmentNotice:
		g.notice(d)
	case *canonical.ShipmentStatus:
		g.status(d)
	case *canonical.Invoice:
		g.invoice(d)
	case *canonical.Remittance:
		g.remittance(d)
	case *canonical.Return:
		g.returned(d)
	case *canonical.ReceiptAdvice:
		g.receipt(d)
	case *canonical.Inventory:
		g.inventory(d)
	case *canonical.InventoryAdjustment:
		g.adjustment(d)
	}
	facts := g.orders.facts(nil, ViewOrder)
	facts = g.shipments.facts(facts, ViewShipment)
	facts = g.stock.facts(facts, ViewStock)
	return g.invoices.facts(facts, ViewInvoice)
}

// gathering is what one document says.
type gathering struct {
	orders    gathered[orderSaid]
	shipments gathered[shipmentSaid]
	stock     gathered[stockSaid]
	invoices  gathered[paymentSaid]
}

// gathered is what it says in one view, by subject.
type gathered[T any] struct {
	by       map[string]*T
	subjects []string
}

// about gives what is said about a subject, which begins as fresh; nil for none,
// and for what is beyond MaxFacts.
func (g *gathered[T]) about(key string, fresh T) *T {
	if t := g.by[key]; t != nil || key == "" || len(g.subjects) == MaxFacts {
		return t
	}
	if g.by == nil {
		g.by = map[string]*T{}
	}
	g.by[key] = &fresh
	g.subjects = append(g.subjects, key)
	return &fresh
}

// facts appends what was gathered. The types of this package are texts, numbers and
// lists of them: they always marshal.
func (g *gathered[T]) facts(to []Fact, view View) []Fact {
	for _, key := range g.subjects {
		data, err := json.Marshal(g.by[key])
		if err == nil {
			to = append(to, Fact{view, key, data})
		}
	}
	return to
}

// withdraws reports whether a document with this action takes back what it names.
func withdraws(action string) bool {
	return action == "cancel" || action == "delete" || action == "cancelAndReissue"
}
