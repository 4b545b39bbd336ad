package main

import "strings"

// job is one folder of guides.
type job struct {
	standard, release string
	out               string   // below the module
	messages          string   // folder of the tables of the sets
	dictionary        []string // folders of the tables of segments and below
	sets              []string
}

// retail are the sets that X12 has in both big releases.
const retail = "180 204 210 214 810 820 824 832 846 850 852 855 856 860 864 865 940 943 944 945 947 990 997"

// trade are the messages that EDIFACT has in both directories.
const trade = "APERAK DESADV IFTMIN IFTSTA INVOIC INVRPT ORDCHG ORDERS ORDRSP PARTIN PRICAT RECADV SLSRPT"

// plan is what is made.
var plan = []job{
	{"X12", "004010", "x12/guides/004010", "x12-004010", []string{"x12-004010"}, strings.Fields(retail)},
	// Of 004030 only the sets are tabled: its dictionary is that of the release
	// before, and of the one behind where that has nothing.
	{"X12", "004030", "x12/guides/004030", "x12-004030", []string{"x12-004010", "x12-005010"}, []string{"753", "754"}},
	// The lists of 005010 lack codes that it has (1651 NS): those of the release
	// before stay valid.
	{"X12", "005010", "x12/guides/005010", "x12-005010", []string{"x12-005010", "x12-004010"}, strings.Fields(retail + " 753 754 999")},
	{"EDIFACT", "D:96A", "edifact/guides/d96a", "edifact-d96a", []string{"edifact-d96a", "edifact-service/v3"}, strings.Fields(trade)},
	{"EDIFACT", "D:01B", "edifact/guides/d01b", "edifact-d01b", []string{"edifact-d01b", "edifact-service/v3"}, strings.Fields(trade + " INSDES RETANN")},
	// Of D.97B and D.98A only the message is tabled; D.96A is the nearer directory.
	{"EDIFACT", "D:97B", "edifact/guides/d97b", "edifact-d97b", []string{"edifact-d96a", "edifact-d01b", "edifact-service/v3"}, []string{"RETANN"}},
	{"EDIFACT", "D:98A", "edifact/guides/d98a", "edifact-d98a", []string{"edifact-d96a", "edifact-d01b", "edifact-service/v3"}, []string{"INSDES"}},
	// CONTRL belongs to the syntax; its release is what S009 of the message says.
	{"EDIFACT", "1:912", "edifact/guides/syntax1", "edifact-service/v1", []string{"edifact-service/v1", "edifact-service/v3"}, []string{"CONTRL"}},
	{"EDIFACT", "2:912", "edifact/guides/syntax2", "edifact-service/v2", []string{"edifact-service/v2", "edifact-service/v3"}, []string{"CONTRL"}},
	{"EDIFACT", "D:3", "edifact/guides/syntax3", "edifact-service/v3", []string{"edifact-service/v3"}, []string{"CONTRL"}},
	{"EDIFACT", "4:1", "edifact/guides/syntax4", "edifact-service/v4", []string{"edifact-service/v4"}, []string{"CONTRL"}},
}

// titles of the messages.
var titles = map[string]string{
	"APERAK": "Application Error and Acknowledgement",
	"CONTRL": "Syntax and Service Report",
	"DESADV": "Despatch Advice",
	"IFTMIN": "Instruction",
	"IFTSTA": "International Multimodal Status Report",
	"INSDES": "Instruction to Despatch",
	"INVOIC": "Invoice",
	"INVRPT": "Inventory Report",
	"ORDCHG": "Purchase Order Change Request",
	"ORDERS": "Purchase Order",
	"ORDRSP": "Purchase Order Response",
	"PARTIN": "Party Information",
	"PRICAT": "Price/Sales Catalogue",
	"RECADV": "Receiving Advice",
	"RETANN": "Announcement for Returns",
	"SLSRPT": "Sales Data Report",
}

// details are the triggers of the groups with which the detail of a message
// begins; a message without any is all heading.
var details = map[string][]string{
	"DESADV": {"CPS"},
	"IFTMIN": {"GID"},
	"IFTSTA": {"CNI"},
	"INSDES": {"LIN"},
	"INVOIC": {"LIN"},
	"INVRPT": {"CPS", "LIN"},
	"ORDCHG": {"LIN"},
	"ORDERS": {"LIN"},
	"ORDRSP": {"LIN"},
	"PARTIN": {"UNS"},
	"PRICAT": {"PGI"},
	"RECADV": {"CPS"},
	"RETANN": {"LIN"},
	"SLSRPT": {"LOC"},
}
