package views

import (
	"cmp"
	"slices"
	"time"

	"github.com/edibridge/edibridge/canonical"
)

// ShipmentState is how far a shipment has come.
type ShipmentState string

// States of a shipment.
const (
	ShipmentNamed     ShipmentState = "named"     // carriers speak of it, and not that it moves
	ShipmentAnnounced ShipmentState = "announced" // by a notice that does not say when it left
	ShipmentShipped   ShipmentState = "shipped"   // it left, as the warehouse or the notice says
	ShipmentInTransit ShipmentState = "inTransit" // the carrier has it
	ShipmentDelivered ShipmentState = "delivered" // as the carrier or the receiver says
	ShipmentCancelled ShipmentState = "cancelled"
)

// Shipment is what became of one shipment.
type Shipment struct {
	Number   string         `json:"shipment"`
	State    ShipmentState  `json:"state"`
	Orders   []string       `json:"orders"`   // PO numbers
	BOL      []string       `json:"bol"`      // bills of lading
	PRO      []string       `json:"pro"`      // the carrier's numbers
	Carriers []string       `json:"carriers"` // SCAC
	Shipped  canonical.Date `json:"shipped,omitempty"`
	Expected canonical.Date `json:"expected,omitempty"`
	// Delivered is when, by the carrier's milestone or else by the receiver.
	Delivered  canonical.Date `json:"delivered,omitempty"`
	Packages   int            `json:"packages"`   // of the notice, or else of the warehouse
	Milestones []MilestoneOf  `json:"milestones"` // by the time that they name
	Steps      []ShipmentStep `json:"steps"`      // documents, as they were accepted
	Unread     int            `json:"unread"`     // facts that this version cannot read: rebuild
	More       bool           `json:"more"`       // not all that was said was given, or kept
}

// MilestoneOf is a milestone with who told it.
type MilestoneOf struct {
	Milestone
	Partner      string `json:"partner"`
	Transmission string `json:"transmission"`
}

// ShipmentStep is one document that speaks of a shipment.
type ShipmentStep struct {
	At           time.Time      `json:"at"`
	What         string         `json:"what"` // announced, shipped, moved, received, cancelled
	Kind         string         `json:"kind"`
	Date         canonical.Date `json:"date,omitempty"`
	Partner      string         `json:"partner"`
	Direction    string         `json:"direction"`
	Mode         string         `json:"mode"`
	Document     string         `json:"document"`
	Transmission string         `json:"transmission"`
	Counts       bool           `json:"counts"` // false: a later document took it back or replaced it
}

// FoldShipment makes a shipment from what was said of it, and of the carrier's
// numbers that [Related] names, in any order.
func FoldShipment(key string, said []Said) Shipment {
	facts, unread := read[shipmentSaid](said, ViewShipment)
	o := Shipment{Number: Key(key), State: ShipmentNamed, Orders: []string{}, BOL: []string{}, PRO: []string{}, Carriers: []string{},
		Milestones: []MilestoneOf{}, Steps: []ShipmentStep{}, Unread: unread}
	facts = slices.DeleteFunc(facts, func(t told[shipmentSaid]) bool { return t.Subject != o.Number && !t.says.ByCarrier })
	slices.SortFunc(facts, func(a, b told[shipmentSaid]) int {
		return cmp.Or(cmp.Compare(rank(a.says.Kind), rank(b.says.Kind)), cmp.Compare(day(a.says.Date), day(b.says.Date)), arrival(a.Said, b.Said))
	})
	last := lastOf(facts)
	for i := range facts {
		t := &facts[i]
		counts := last[i] && !withdraws(t.says.Action)
		if counts {
			o.take(t)
		} else if last[i] && o.State == ShipmentNamed {
			o.State = ShipmentCancelled
		}
		o.Steps = append(o.Steps, ShipmentStep{At: t.At, What: o.what(&t.says), Kind: t.says.Kind, Date: t.says.Date, Partner: t.Partner,
			Direction: t.Direction, Mode: t.Mode, Document: t.Document, Transmission: t.Transmission, Counts: counts})
	}
	slices.SortStableFunc(o.Steps, func(a, b ShipmentStep) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Document, b.Document))
	})
	slices.SortStableFunc(o.Milestones, func(a, b MilestoneOf) int { return cmp.Compare(a.At, b.At) })
	o.deliver()
	return o
}

// lastOf tells of notices, advices and receipts the last one of each partner and
// way; of what carriers say all count.
func lastOf(facts []told[shipmentSaid]) []bool {
	type identity struct{ kind, partner, direction, mode string }
	out, last := make([]bool, len(facts)), map[identity]int{}
	for i := range facts {
		t := &facts[i]
		out[i] = true
		if t.says.Kind == canonical.KindShipmentStatus || t.says.Kind == canonical.KindReceiptAdvice {
			continue
		}
		id := identity{t.says.Kind, t.Partner, t.Direction, t.Mode}
		if before, ok := last[id]; ok {
			out[before] = false
		}
		last[id] = i
	}
	return out
}

func (o *Shipment) what(s *shipmentSaid) string {
	switch {
	case withdraws(s.Action):
		return "cancelled"
	case s.Kind == canonical.KindShipmentNotice:
		return "announced"
	case s.Kind == canonical.KindWarehouseAdvice:
		return "shipped"
	case s.Kind == canonical.KindReceiptAdvice:
		return "received"
	}
	return "moved"
}

// reach sets the state, which never goes back.
func (o *Shipment) reach(to ShipmentState) {
	order := []ShipmentState{ShipmentNamed, ShipmentCancelled, ShipmentAnnounced, ShipmentShipped, ShipmentInTransit, ShipmentDelivered}
	if slices.Index(order, to) > slices.Index(order, o.State) {
		o.State = to
	}
}

func (o *Shipment) take(t *told[shipmentSaid]) {
	s := &t.says
	o.Orders, o.BOL = appendNew(o.Orders, s.Orders...), appendNew(o.BOL, s.BOL...)
	o.PRO, o.Carriers = appendNew(o.PRO, s.PRO...), appendNew(o.Carriers, s.Carriers...)
	o.More = o.More || s.More > 0
	o.Shipped, o.Expected = firstDate(s.Shipped, o.Shipped), firstDate(s.Expected, o.Expected)
	switch s.Kind {
	case canonical.KindShipmentNotice:
		o.reach(ShipmentAnnounced)
		if s.Packages > 0 {
			o.Packages = s.Packages
		}
		if s.Shipped != "" {
			o.reach(ShipmentShipped)
		}
	case canonical.KindWarehouseAdvice:
		o.reach(ShipmentShipped)
		if o.Packages == 0 {
			o.Packages = s.Packages
		}
	case canonical.KindReceiptAdvice:
		o.reach(ShipmentDelivered)
		o.Delivered = firstDate(o.Delivered, s.Received)
	}
	for _, m := range s.Events {
		o.Milestones = append(o.Milestones, MilestoneOf{m, t.Partner, t.Transmission})
		if moves(m.Status) {
			o.reach(ShipmentInTransit)
		}
		if arrives(m.Status) {
			o.reach(ShipmentDelivered)
		}
	}
}

// deliver finds when it was delivered: the carrier knows best.
func (o *Shipment) deliver() {
	for i := range o.Milestones {
		if m := &o.Milestones[i]; arrives(m.Status) && m.At != "" {
			o.Delivered = m.At
		}
	}
}

// moves reports whether a milestone says that the carrier has the goods. Names are
// those of the tables of X12 1650 and EDIFACT 9011.
func moves(status string) bool {
	switch status {
	case "pickedUp", "inTransit", "departed", "arrived", "outForDelivery", "loaded", "handedOver", "gateOut", "gateIn", "loadingCompleted",
		"arrivedAtTerminal", "arrivedAtDeliveryDock", "arrivedAtWarehouse", "departedDelivery", "deliveryAttempted", "deliveryNotCompleted",
		"availableForDelivery", "arrivedAtCustoms", "clearedByCustoms", "crossedBorder", "dispatched", "discharged", "notDelivered", "refused":
		return true
	}
	return false
}

// arrives reports whether a milestone says that the receiver has them.
func arrives(status string) bool { return status == "delivered" || status == "completed" }
