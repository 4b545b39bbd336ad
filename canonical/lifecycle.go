package canonical

// Occasion is an event that a document gives rise to: its type and what it is
// about.
type Occasion struct {
	Type    string // "edibridge.order.shipped.v1"
	Subject string // "order/4711"
}

// Types of the life cycle of an order, and of other things that documents of
// several kinds speak of.
const (
	EventOrderAcknowledged = "edibridge.order.acknowledged.v1" // by an [OrderResponse]
	EventOrderReleased     = "edibridge.order.released.v1"     // by a [WarehouseOrder]
	EventOrderShipped      = "edibridge.order.shipped.v1"      // by a [ShipmentNotice] or a [WarehouseAdvice]
	EventOrderInvoiced     = "edibridge.order.invoiced.v1"     // by an [Invoice]
	EventOrderPaid         = "edibridge.order.paid.v1"         // by a [Remittance] that names the order
	EventOrderReturned     = "edibridge.order.returned.v1"     // by a [Return] that names the order
	EventInvoicePaid       = "edibridge.invoice.paid.v1"       // by a [Remittance]
	EventInventoryUpdated  = "edibridge.inventory.updated.v1"  // by an [Inventory], an [InventoryAdjustment] or a [ReceiptAdvice]
	EventShipmentMilestone = "edibridge.shipment.milestone.v1" // by a [ShipmentStatus]
	EventReturnRequested   = "edibridge.return.requested.v1"   // by a [Return] that answers none
)

// LifeCycleType is an event type with the kinds of documents that give rise to
// it: what its data is.
type LifeCycleType struct {
	Type  string
	Kinds []string
}

// LifeCycleTypes are the types of the events that [LifeCycle] gives.
func LifeCycleTypes() []LifeCycleType {
	return []LifeCycleType{
		{EventOrderAcknowledged, []string{KindOrderResponse}},
		{EventOrderReleased, []string{KindWarehouseOrder}},
		{EventOrderShipped, []string{KindShipmentNotice, KindWarehouseAdvice}},
		{EventOrderInvoiced, []string{KindInvoice}},
		{EventOrderPaid, []string{KindRemittance}},
		{EventOrderReturned, []string{KindReturn}},
		{EventInvoicePaid, []string{KindRemittance}},
		{EventInventoryUpdated, []string{KindInventory, KindInventoryAdjustment, KindReceiptAdvice}},
		{EventShipmentMilestone, []string{KindShipmentStatus}},
		{EventReturnRequested, []string{KindReturn}},
	}
}

// LifeCycle are the events that doc means for something else than itself: a
// shipment notice for each order in it "edibridge.order.shipped.v1" about
// "order/4711". Each comes once, in the order in which the document names what it
// is about. They hold whichever side sent the document. What takes something back
// (an action of cancel or delete) means none.
//
// An invoice of sign "-1" invoices nothing, and a shipment of nothing ships
// nothing: items that were back-ordered or cancelled do not make an order shipped.
func LifeCycle(doc Document) []Occasion {
	switch doc.Head().Action {
	case "cancel", "delete":
		return nil
	}
	c := cycle{seen: map[Occasion]bool{}}
	switch d := doc.(type) {
	case *OrderResponse:
		c.add(EventOrderAcknowledged, KindOrder, d.PONumber)
	case *WarehouseOrder:
		c.add(EventOrderReleased, KindOrder, d.PONumber)
	case *WarehouseAdvice:
		c.shippedByWarehouse(d)
	case *ShipmentNotice:
		for i := range d.Items {
			if it := &d.Items[i]; isMore(it.Quantity.Value) {
				c.add(EventOrderShipped, KindOrder, it.PONumber)
			}
		}
	case *Invoice:
		c.invoiced(d)
	case *Remittance:
		c.paid(d)
	case *Return:
		c.returned(d)
	case *Inventory:
		c.add(EventInventoryUpdated, KindInventory, d.ReportNumber)
	case *InventoryAdjustment:
		number, _ := d.Identity()
		c.add(EventInventoryUpdated, KindInventoryAdjustment, number)
	case *ReceiptAdvice:
		c.add(EventInventoryUpdated, KindReceiptAdvice, d.ReceiptNumber)
	case *ShipmentStatus:
		if len(d.Items) > 0 {
			id := d.ShipmentID
			if id == "" {
				id = d.ReferenceNumber
			}
			c.add(EventShipmentMilestone, "shipment", id)
		}
	}
	return c.list
}

// cycle collects occasions.
type cycle struct {
	list []Occasion
	seen map[Occasion]bool
}

func (c *cycle) add(eventType, kind, number string) {
	o := Occasion{eventType, kind + "/" + number}
	if number != "" && !c.seen[o] {
		c.seen[o] = true
		c.list = append(c.list, o)
	}
}

func (c *cycle) shippedByWarehouse(a *WarehouseAdvice) {
	for i := range a.Packages {
		for j := range a.Packages[i].Lines {
			if isMore(a.Packages[i].Lines[j].Shipped) {
				c.add(EventOrderShipped, KindOrder, a.PONumber)
				return
			}
		}
	}
}

func (c *cycle) invoiced(v *Invoice) {
	if v.Sign == "-1" {
		return
	}
	c.add(EventOrderInvoiced, KindOrder, v.PONumber)
	for i := range v.Lines {
		c.add(EventOrderInvoiced, KindOrder, v.Lines[i].PONumber)
	}
}

func (c *cycle) paid(r *Remittance) {
	for i := range r.Entities {
		for j := range r.Entities[i].Items {
			it := &r.Entities[i].Items[j]
			switch refKey(it.ReferenceScheme, false) {
			case "invoice":
				c.add(EventInvoicePaid, KindInvoice, it.Reference)
			case "po":
				c.add(EventOrderPaid, KindOrder, it.Reference)
			}
			for _, ref := range it.Refs {
				if refKey(ref.Scheme, false) == "po" {
					c.add(EventOrderPaid, KindOrder, ref.Value)
				}
			}
		}
	}
}

func (c *cycle) returned(r *Return) {
	if r.OriginalNumber == "" {
		c.add(EventReturnRequested, KindReturn, r.ReturnNumber)
	}
	c.add(EventOrderReturned, KindOrder, r.Order.PONumber)
	for i := range r.Lines {
		c.add(EventOrderReturned, KindOrder, r.Lines[i].Order.PONumber)
	}
}

// isMore reports whether a quantity is more than nothing.
func isMore(d Decimal) bool {
	r, ok := d.Rat()
	return ok && r.Sign() > 0
}
