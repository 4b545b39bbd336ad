package canonical

// ShipmentStatus is what a carrier says of a shipment under way. X12 214;
// EDIFACT IFTSTA.
type ShipmentStatus struct {
	Header
	ReferenceNumber string       `json:"referenceNumber,omitempty" schema:"key" key:"pro"` // B1001 (127): the carrier's number; BGM 1004
	ShipmentID      string       `json:"shipmentId,omitempty" key:"shipment"`              // B1002 (145): the shipper's number; CNI 1490, RFF
	ReportType      string       `json:"reportType,omitempty"`                             // BGM 1001: 77 status report ...
	SCAC            string       `json:"scac,omitempty"`                                   // B1003 (140); TDT C040
	Inquiry         string       `json:"inquiry,omitempty"`                                // B1004 (71)
	Reference       ID           `json:"reference,omitzero"`                               // B1005 (128), B1006
	SentAt          Date         `json:"sentAt,omitempty"`                                 // DTM+137
	Refs            []Ref        `json:"refs,omitempty"`                                   // L11: BM bill of lading, PO ...; RFF
	Contacts        []Contact    `json:"contacts,omitempty"`                               // G61, PER; CTA, COM
	Dates           []DateEntry  `json:"dates,omitempty"`                                  // G62; DTM
	Parties         []Party      `json:"parties,omitempty"`                                // N1 loop; NAD group
	Routes          []Carrier    `json:"routes,omitempty"`                                 // MS3: SCAC in ID, Sequence, city in Location, Mode; TDT
	Marks           []Mark       `json:"marks,omitempty"`                                  // MAN
	Locations       []ID         `json:"locations,omitempty"`                              // LOC: 3227 as scheme, 3225 as value
	Notes           []Note       `json:"notes,omitempty"`                                  // K1, NTE; FTX
	Items           []StatusItem `json:"items,omitempty"`                                  // LX loop; CNI group
}

// StatusItem is a part of a shipment with what happened to it. X12 LX loop;
// EDIFACT CNI group.
type StatusItem struct {
	Index        int               `json:"index,omitempty"`                     // derived: from 1
	LineID       string            `json:"lineId,omitempty"`                    // LX01; CNI 1490
	ShipmentID   string            `json:"shipmentId,omitempty" key:"shipment"` // CNI 1004: the consignment's number
	Events       []StatusEvent     `json:"events,omitempty"`                    // AT7 loop; STS group
	Refs         []Ref             `json:"refs,omitempty"`                      // L11
	Marks        []Mark            `json:"marks,omitempty"`                     // MAN
	Orders       []OrderRef        `json:"orders,omitempty"`                    // PRF
	OrderDetails []OrderDetail     `json:"orderDetails,omitempty"`              // SPO, OID
	Weights      []LadingWeight    `json:"weights,omitempty"`                   // AT8
	Handling     []Handling        `json:"handling,omitempty"`                  // AT5
	Exceptions   []LadingException `json:"exceptions,omitempty"`                // Q7
	Dates        []DateEntry       `json:"dates,omitempty"`                     // G62
	Parties      []Party           `json:"parties,omitempty"`                   // N1
	Locations    []ID              `json:"locations,omitempty"`                 // LOC: 3227 as scheme, 3225 as value
	Notes        []Note            `json:"notes,omitempty"`                     // K1
	Ext          map[string]string `json:"ext,omitempty"`                       // see [Header]
}

// StatusEvent is a milestone: picked up, delayed, delivered, and why. X12 AT7
// with MS1 and MS2; EDIFACT STS group.
type StatusEvent struct {
	// Status is pickedUp, inTransit, arrived, departed, outForDelivery, delivered,
	// delayed, exception ...; a code that has no name here stands as it came.
	Status              string    `json:"status,omitempty"`
	StatusCode          string    `json:"statusCode,omitempty"`          // AT701 (1650): AF departed pick-up, X1 arrived at delivery, D1 delivered ...; STS C555 4405
	StatusText          string    `json:"statusText,omitempty"`          // STS 4404, 9010
	StatusAgency        string    `json:"statusAgency,omitempty"`        // STS 3055: whose code it is; 87 the carrier's
	Category            string    `json:"category,omitempty"`            // STS 9015: 1 transport ...
	Reason              string    `json:"reason,omitempty"`              // AT702 (1651); STS C556 9013
	ReasonText          string    `json:"reasonText,omitempty"`          // STS C556 9012
	Appointment         string    `json:"appointment,omitempty"`         // AT703 (1652): AA pick-up, AB delivery ...
	AppointmentReason   string    `json:"appointmentReason,omitempty"`   // AT704 (1651)
	At                  Date      `json:"at,omitempty"`                  // AT705, AT706; DTM+334, DTM+7
	Zone                string    `json:"zone,omitempty"`                // AT707 (623) as received: LT is the place's own time
	City                string    `json:"city,omitempty"`                // MS101; LOC
	Region              string    `json:"region,omitempty"`              // MS102
	Country             string    `json:"country,omitempty"`             // MS103; LOC 3223 of code list 162
	PostalCode          string    `json:"postalCode,omitempty"`          // MS108
	Longitude           string    `json:"longitude,omitempty"`           // MS104 (1654): DDDMMSS, with MS106
	Latitude            string    `json:"latitude,omitempty"`            // MS105 (1655): DDMMSS, with MS107
	LongitudeDirection  string    `json:"longitudeDirection,omitempty"`  // MS106 (1280): E, W
	LatitudeDirection   string    `json:"latitudeDirection,omitempty"`   // MS107 (1280): N, S
	Location            ID        `json:"location,omitzero"`             // LOC: 3227 as scheme, 3225 as value
	LocationList        string    `json:"locationList,omitempty"`        // LOC 1131: 139 port, 16 postal code ...
	LocationAgency      string    `json:"locationAgency,omitempty"`      // LOC 3055: 6 UN/LOCODE, 9 GLN ...
	Equipment           Equipment `json:"equipment,omitzero"`            // MS2: SCAC in Initial, Number, Type; the first EQD
	EquipmentCheckDigit string    `json:"equipmentCheckDigit,omitempty"` // MS204 (761)
	// FurtherEquipment is what else was seen. X12 the second MS2; EDIFACT EQD.
	FurtherEquipment []Equipment       `json:"furtherEquipment,omitempty"`
	Refs             []Ref             `json:"refs,omitempty"`       // RFF
	Dates            []DateEntry       `json:"dates,omitempty"`      // DTM: 132 estimated arrival ...
	Parties          []Party           `json:"parties,omitempty"`    // NAD
	Notes            []Note            `json:"notes,omitempty"`      // K1; FTX
	Transports       []StatusTransport `json:"transports,omitempty"` // TDT group
	Goods            []StatusGoods     `json:"goods,omitempty"`      // GID group
	Packages         []StatusPackage   `json:"packages,omitempty"`   // PCI
}

// StatusTransport is a leg of the way. EDIFACT TDT group.
type StatusTransport struct {
	Stage      string       `json:"stage,omitempty"`      // TDT 8051: 10 pre-carriage, 20 main carriage ...
	Voyage     string       `json:"voyage,omitempty"`     // TDT 8028: of the flight, the vessel, the train
	Mode       string       `json:"mode,omitempty"`       // TDT 8067
	Means      string       `json:"means,omitempty"`      // TDT 8179: 31 truck, 25 rail express ...
	Carrier    ID           `json:"carrier,omitzero"`     // TDT 3055 as scheme, 3127 as value
	Name       string       `json:"name,omitempty"`       // TDT 3128: the carrier's
	Vehicle    ID           `json:"vehicle,omitzero"`     // TDT 3055 as scheme, 8213 as value
	VesselName string       `json:"vesselName,omitempty"` // TDT 8212: name of the vessel or train
	Refs       []Ref        `json:"refs,omitempty"`       // RFF
	Dates      []DateEntry  `json:"dates,omitempty"`      // DTM
	Stops      []StatusStop `json:"stops,omitempty"`      // LOC
}

// StatusStop is a place on the way, and when the goods are there. EDIFACT LOC
// group in the TDT group.
type StatusStop struct {
	Location ID          `json:"location,omitzero"` // LOC: 3227 as scheme (5 departure, 7 delivery, 9 loading, 11 discharge), 3225 as value
	List     string      `json:"list,omitempty"`    // LOC 1131
	Agency   string      `json:"agency,omitempty"`  // LOC 3055
	Name     string      `json:"name,omitempty"`    // LOC 3224
	Dates    []DateEntry `json:"dates,omitempty"`   // DTM
}

// StatusGoods is what a status is about. EDIFACT GID group.
type StatusGoods struct {
	LineID    string          `json:"lineId,omitempty"`    // GID 1496
	Count     Decimal         `json:"count,omitempty"`     // GID 7224
	Packaging string          `json:"packaging,omitempty"` // GID 7065
	Measures  []Measure       `json:"measures,omitempty"`  // MEA
	Packages  []StatusPackage `json:"packages,omitempty"`  // PCI
}

// StatusPackage is a package, by what stands on it. EDIFACT PCI with GIN.
type StatusPackage struct {
	Marking string   `json:"marking,omitempty"` // PCI 4233: 33E SSCC, 30 marked with the package's number ...
	Labels  []string `json:"labels,omitempty"`  // PCI 7102
	Marks   []Mark   `json:"marks,omitempty"`   // GIN
}

// OrderDetail is what of an order a shipment holds. X12 SPO, OID.
type OrderDetail struct {
	PONumber        string          `json:"poNumber,omitempty" key:"po"` // SPO01; OID02
	Number          string          `json:"number,omitempty"`            // SPO02; OID01: the seller's, the depositor's
	Reference       string          `json:"reference,omitempty"`         // OID03
	Packaging       string          `json:"packaging,omitempty"`         // OID04 (211)
	Quantity        Quantity        `json:"quantity,omitzero"`           // SPO03, SPO04; OID05
	Weight          WeightOf        `json:"weight,omitzero"`             // SPO05, SPO06; OID06, OID07
	VolumeUnit      string          `json:"volumeUnit,omitempty"`        // OID08 (184)
	Volume          Decimal         `json:"volume,omitempty"`            // OID09
	Error           string          `json:"error,omitempty"`             // SPO07, OID10 (647)
	ErrorReference  string          `json:"errorReference,omitempty"`    // SPO08; OID11
	StoreQuantities []StoreQuantity `json:"storeQuantities,omitempty"`   // SDQ
}

// LadingException is what was wrong with packages. X12 Q7.
type LadingException struct {
	Code      string  `json:"code,omitempty"`      // Q701 (33): D damaged, S short, O over ...
	Packaging string  `json:"packaging,omitempty"` // Q702 (211)
	Count     Decimal `json:"count,omitempty"`     // Q703
}

// LadingWeight is what a shipment weighs and counts. X12 AT8.
type LadingWeight struct {
	Weight     WeightOf `json:"weight,omitzero"`      // AT801-03: unit in Unit
	Count      Decimal  `json:"count,omitempty"`      // AT804
	UnitCount  Decimal  `json:"unitCount,omitempty"`  // AT805
	VolumeUnit string   `json:"volumeUnit,omitempty"` // AT806 (184)
	Volume     Decimal  `json:"volume,omitempty"`     // AT807
}

// Kind is [KindShipmentStatus].
func (s *ShipmentStatus) Kind() string { return KindShipmentStatus }

// Head is what all documents share.
func (s *ShipmentStatus) Head() *Head { return &s.Header }

// Identity is the carrier's number, and what happened when: a carrier sends one
// message a milestone under one number.
func (s *ShipmentStatus) Identity() (number, revision string) {
	for i := range s.Items {
		for j := range s.Items[i].Events {
			e := &s.Items[i].Events[j]
			revision = revisions(revision, e.StatusCode+e.Appointment, string(e.At))
		}
	}
	return s.ReferenceNumber, revision
}

// Derive implements [Document].
func (s *ShipmentStatus) Derive() {
	s.Header.Kind, s.SchemaVersion = KindShipmentStatus, SchemaVersion
	d := derivation{s.edifact()}
	deriveEach(s.Contacts, (*Contact).derive)
	deriveEach(s.Dates, (*DateEntry).derive)
	deriveEach(s.Parties, d.party)
	deriveEach(s.Routes, (*Carrier).derive)
	deriveEach(s.Notes, (*Note).derive)
	deriveEach(s.Marks, (*Mark).derive)
	for i := range s.Items {
		it := &s.Items[i]
		it.Index = i + 1
		deriveEach(it.Marks, (*Mark).derive)
		deriveEach(it.Dates, (*DateEntry).derive)
		deriveEach(it.Parties, d.party)
		deriveEach(it.Notes, (*Note).derive)
		for j := range it.Events {
			d.event(&it.Events[j])
		}
	}
}

func (d derivation) event(e *StatusEvent) {
	deriveEach(e.Dates, (*DateEntry).derive)
	deriveEach(e.Parties, d.party)
	deriveEach(e.Notes, (*Note).derive)
	for i := range e.Transports {
		t := &e.Transports[i]
		deriveEach(t.Dates, (*DateEntry).derive)
		for j := range t.Stops {
			deriveEach(t.Stops[j].Dates, (*DateEntry).derive)
		}
	}
	deriveEach(e.Packages, (*StatusPackage).derive)
	for i := range e.Goods {
		deriveEach(e.Goods[i].Packages, (*StatusPackage).derive)
	}
}

func (p *StatusPackage) derive() { deriveEach(p.Marks, (*Mark).derive) }
