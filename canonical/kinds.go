package canonical

// The kinds of documents.
const (
	KindOrder               = "order"               // [Order]
	KindOrderResponse       = "orderResponse"       // [OrderResponse]
	KindOrderChange         = "orderChange"         // [OrderChange]
	KindShipmentNotice      = "shipmentNotice"      // [ShipmentNotice]
	KindInvoice             = "invoice"             // [Invoice]
	KindInventory           = "inventory"           // [Inventory]
	KindProductActivity     = "productActivity"     // [ProductActivity]
	KindWarehouseOrder      = "warehouseOrder"      // [WarehouseOrder]
	KindWarehouseAdvice     = "warehouseAdvice"     // [WarehouseAdvice]
	KindReceiptExpected     = "receiptExpected"     // [ReceiptExpected]
	KindReceiptAdvice       = "receiptAdvice"       // [ReceiptAdvice]
	KindInventoryAdjustment = "inventoryAdjustment" // [InventoryAdjustment]
	KindReturn              = "return"              // [Return]
	KindShipmentStatus      = "shipmentStatus"      // [ShipmentStatus]
	KindRemittance          = "remittance"          // [Remittance]
	KindApplicationAdvice   = "applicationAdvice"   // [ApplicationAdvice]
	KindCatalog             = "catalog"             // [Catalog]
	KindAcknowledgment      = "acknowledgment"      // [Acknowledgment]
)

// Kinds are all kinds, in the order of trade.
func Kinds() []string {
	return []string{
		KindOrder, KindOrderResponse, KindOrderChange, KindShipmentNotice, KindInvoice, KindInventory,
		KindProductActivity, KindWarehouseOrder, KindWarehouseAdvice, KindReceiptExpected, KindReceiptAdvice,
		KindInventoryAdjustment, KindReturn, KindShipmentStatus, KindRemittance, KindApplicationAdvice,
		KindCatalog, KindAcknowledgment,
	}
}

// New gives an empty document of a kind, nil for a kind that does not exist.
func New(kind string) Document {
	switch kind {
	case KindOrder:
		return &Order{}
	case KindOrderResponse:
		return &OrderResponse{}
	case KindOrderChange:
		return &OrderChange{}
	case KindShipmentNotice:
		return &ShipmentNotice{}
	case KindInvoice:
		return &Invoice{}
	case KindInventory:
		return &Inventory{}
	case KindProductActivity:
		return &ProductActivity{}
	case KindWarehouseOrder:
		return &WarehouseOrder{}
	case KindWarehouseAdvice:
		return &WarehouseAdvice{}
	case KindReceiptExpected:
		return &ReceiptExpected{}
	case KindReceiptAdvice:
		return &ReceiptAdvice{}
	case KindInventoryAdjustment:
		return &InventoryAdjustment{}
	case KindReturn:
		return &Return{}
	case KindShipmentStatus:
		return &ShipmentStatus{}
	case KindRemittance:
		return &Remittance{}
	case KindApplicationAdvice:
		return &ApplicationAdvice{}
	case KindCatalog:
		return &Catalog{}
	case KindAcknowledgment:
		return &Acknowledgment{}
	}
	return nil
}
