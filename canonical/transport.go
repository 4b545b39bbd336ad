package canonical

// ShipmentStatus is what a carrier says of a shipment under way. X12 214;
// EDIFACT IFTSTA.
type ShipmentStatus struct {
	Header
	ReferenceNumber string       `json:"referenceNumber,omitempty" schema:"key" key:"pro"` // B1001 (127): the carrier's number; BGM 1004
	ShipmentID      string       `json:"shipmentId,omitempty" key:"shipment"`              // B1002 (145): the shipper's number; CNI 1490, RFF
	SCAC            string       `json:"scac,omitempty"`                                   // B1003 (140); TDT C040
	Inquiry         string       `json:"inquiry,omitempty"`                                // B1004 (71)
	Reference       ID           `json:"reference,omitzero"`                               // B1005 (128), B1006
	SentAt          Date         `json:"sentAt,omitempty"`                                 // DTM+137
	Refs            []Ref        `json:"refs,omitempty"`                                   // L11: BM bill of lading, PO ...; RFF
	Contacts        []Contact    `json:"contacts,omitempty"`                               // G61, PER; CTA, COM
	Dates           []DateEntry  `json:"dates,omitempty"`                                  // G62; DTM
	Parties         []Party      `json:"parties,omitempty"`                                // N1 loop; NAD group
	Routes          []Carrier    `json:"routes,omitempty"`                                 // MS3: SCAC in ID, Sequence, city in Location, Mode; TDT
	Notes           []Note       `json:"notes,omitempty"`                                  // K1, NTE; FTX
	Items           []StatusItem `json:"items,omitempty"`                                  // LX loop; CNI group
}

// StatusItem is a part of a shipment with what happened to it. X12 LX loop;
// EDIFACT CNI group.
type StatusItem struct {
	Index    int               `json:"index,omitempty"`    // derived: from 1
	LineID   string            `json:"lineId,omitempty"`   // LX01; CNI 1490
	Events   []StatusEvent     `json:"events,omitempty"`   // AT7 loop; STS group
	Refs     []Ref             `json:"refs,omitempty"`     // L11; RFF
	Marks    []Mark            `json:"marks,omitempty"`    // MAN; GID, PCI
	Orders   []OrderRef        `json:"orders,omitempty"`   // PRF, SPO
	Weights  []LadingWeight    `json:"weights,omitempty"`  // AT8; MEA
	Handling []Handling        `json:"handling,omitempty"` // AT5, Q7
	Dates    []DateEntry       `json:"dates,omitempty"`    // G62; DTM
	Parties  []Party           `json:"parties,omitempty"`  // N1; NAD
	Notes    []Note            `json:"notes,omitempty"`    // K1; FTX
	Ext      map[string]string `json:"ext,omitempty"`      // see [Header]
}

// StatusEvent is a milestone: picked up, delayed, delivered, and why. X12 AT7
// with MS1 and MS2; EDIFACT STS group.
type StatusEvent struct {
	// Status is pickedUp, inTransit, arrived, departed, outForDelivery, delivered,
	// delayed, exception ...; a code that has no name here stands as it came.
	Status              string    `json:"status,omitempty"`
	StatusCode          string    `json:"statusCode,omitempty"`          // AT701 (1650): AF departed pick-up, X1 arrived at delivery, D1 delivered ...; STS C555 4405
	Reason              string    `json:"reason,omitempty"`              // AT702 (1651); STS C556 9013
	Appointment         string    `json:"appointment,omitempty"`         // AT703 (1652): AA pick-up, AB delivery ...
	AppointmentReason   string    `json:"appointmentReason,omitempty"`   // AT704 (1651)
	At                  Date      `json:"at,omitempty"`                  // AT705, AT706; DTM+334, DTM+7
	Zone                string    `json:"zone,omitempty"`                // AT707 (623) as received: LT is the place's own time
	City                string    `json:"city,omitempty"`                // MS101; LOC
	Region              string    `json:"region,omitempty"`              // MS102
	Country             string    `json:"country,omitempty"`             // MS103
	Longitude           string    `json:"longitude,omitempty"`           // MS104 (1654): DDDMMSS, with MS106
	Latitude            string    `json:"latitude,omitempty"`            // MS105 (1655): DDMMSS, with MS107
	LongitudeDirection  string    `json:"longitudeDirection,omitempty"`  // MS106 (1280): E, W
	LatitudeDirection   string    `json:"latitudeDirection,omitempty"`   // MS107 (1280): N, S
	Location            ID        `json:"location,omitzero"`             // LOC 3227, C517
	Equipment           Equipment `json:"equipment,omitzero"`            // MS2: SCAC in Initial, Number, Type; EQD
	EquipmentCheckDigit string    `json:"equipmentCheckDigit,omitempty"` // MS204 (761)
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
	for i := range s.Items {
		it := &s.Items[i]
		it.Index = i + 1
		deriveEach(it.Marks, (*Mark).derive)
		deriveEach(it.Dates, (*DateEntry).derive)
		deriveEach(it.Parties, d.party)
		deriveEach(it.Notes, (*Note).derive)
	}
}
