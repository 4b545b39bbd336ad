package config

import "time"

// The structs of this file are the manual: docs/CONFIGURATION.md is generated
// from their comments and tags.

// mainFile is the bridge itself.
type mainFile struct {
	// Folder that holds everything the bridge keeps: database, archive, uploads
	// in progress. Back up this folder, and the configuration.
	Data string `yaml:"data" default:"data"`
	// Folder of the archived bytes. Without it, "archive" in the data folder.
	// Processes over one PostgreSQL database share one, which has to be named when
	// their data folders are several: on one machine, or on NFSv4.
	Archive string `yaml:"archive"`
	// Where the bridge keeps its memory: "sqlite", the file edibridge.db in the
	// data folder; or the address of a PostgreSQL database (15 or newer),
	// "postgres://USER@HOST/DATABASE", by "${NAME}" or "file:PATH" when a password
	// stands in it.
	Store string `yaml:"store" default:"sqlite"`
	// Who we are in envelopes: every identifier under which partners send to us.
	// "X12 ZZ/ID" (interchange), "X12 GS ID" (functional group), "EDIFACT 14/ID",
	// "EDIFACT 14/ID:ADDRESS" with an internal address (0014).
	Self []identifier `yaml:"self" required:"true"`
	// Where partners connect to us.
	Listeners listeners `yaml:"listeners"`
	// Where documents and events go, by a name of your own. Each partner with
	// SFTP access also has a mailbox, called PARTNER-mailbox, without being
	// listed here.
	Endpoints map[string]endpoint `yaml:"endpoints"`
	// Endpoints that get the events about the bridge itself: that deliveries to an
	// endpoint fail (edibridge.delivery.failed.v1), and go through again
	// (edibridge.delivery.recovered.v1).
	Alarms []string `yaml:"alarms"`
	// What one file may cost.
	Limits limits `yaml:"limits"`
	// When partners are told to try again later.
	Pressure pressure `yaml:"pressure"`
	// How long what has ended is kept, by the name of a class: "default" is that of
	// what no agreement gives another one. Without it everything is kept for ever.
	// The log, control numbers, configurations and the archived bytes always are.
	Retention map[string]retention `yaml:"retention"`
	// What the bridge writes to standard error.
	Log logging `yaml:"log"`
}

// listeners are the ways in.
type listeners struct {
	// The SFTP server: partners drop files into in/ and fetch theirs from out/.
	SFTP *sftpListener `yaml:"sftp"`
}

// sftpListener is the SFTP server that partners connect to. Its endpoint is
// called "sftp".
type sftpListener struct {
	// Address to listen on, "HOST:PORT". An empty host listens on all addresses.
	Addr string `yaml:"addr" default:"127.0.0.1:2222"`
	// Folder of the server's own private keys. When it holds none, one is made
	// at the first start: keep it, partners pin it.
	HostKeys string `yaml:"hostKeys" default:"keys/host"`
	// Largest file that a partner may upload. A partner's own limit wins.
	MaxFile size `yaml:"maxFile" default:"1GiB"`
	// Sessions at once, over all partners.
	MaxSessions int `yaml:"maxSessions" default:"200"`
	// Sessions at once of one user.
	MaxSessionsPerUser int `yaml:"maxSessionsPerUser" default:"20"`
	// Files open at once in one session.
	MaxHandles int `yaml:"maxHandles" default:"64"`
	// A session without a request for so long is closed.
	IdleTimeout time.Duration `yaml:"idleTimeout" default:"15m"`
	// A connection that has not logged in after so long is closed.
	LoginTimeout time.Duration `yaml:"loginTimeout" default:"30s"`
	// How long taking custody of an uploaded file may last before the partner is
	// told to try again.
	AcceptTimeout time.Duration `yaml:"acceptTimeout" default:"15s"`
}

// endpoint is a place that things go to.
type endpoint struct {
	// Events by HTTP POST, signed after Standard Webhooks.
	Webhook *webhook `yaml:"webhook" required:"true"`
	// When a delivery that failed is tried again.
	Retry retry `yaml:"retry"`
	// Which mode it is for. What a test interchange produces never reaches an
	// endpoint for production, nor the other way round: an agreement that would
	// have it go there is a mistake, and what was made before such a change is
	// dead. both: receivers tell them apart by the event's "edimode".
	Mode string `yaml:"mode" default:"production" choices:"production test both"`
	// Deliveries at once, of one process. While an endpoint fails it gets fewer.
	Connections int `yaml:"connections" default:"8"`
	// How many deliveries go out in a time, of one process: "20/s", "300/m".
	// Without it there is no limit.
	Rate rate `yaml:"rate"`
	// When an endpoint that fails is left alone.
	Breaker breaker `yaml:"breaker"`
	// When deliveries go out: days, times and zone, as in "Mon-Fri 06:00-20:00
	// Europe/Berlin"; several with commas between, "Mon-Thu 22:00-04:00, Sat
	// 08:00-12:00 UTC". A part belongs to the day on which it begins. Outside of it
	// nothing goes out and no attempt is used up. Without it, at any time.
	Window window `yaml:"window"`
}

// breaker leaves an endpoint alone that fails: nothing goes out to it but a
// probe, one at a time. What waits loses no attempts. The first success lets all
// go on.
type breaker struct {
	// Failures in a row after which it opens: no answer, or one that says "not now"
	// (HTTP 408, 425, 429, 5xx); 0: never.
	After int `yaml:"after" default:"5"`
	// Wait before the first probe, doubled each time, shortened by up to a half at
	// random.
	Probe time.Duration `yaml:"probe" default:"5s"`
	// Longest wait between two probes.
	Max time.Duration `yaml:"max" default:"2m"`
}

// pressure says when no more is taken in. Uploads are refused with "busy", HTTP
// requests with 503; what is in custody goes on. It ends by itself, when a tenth
// more is free, or a tenth less waits, than the limit.
type pressure struct {
	// Bytes free on the disks of data folder and archive; below it nothing is taken.
	MinFree size `yaml:"minFree" default:"256MiB"`
	// Files that wait to be translated and documents that wait to be delivered; at
	// so many nothing is taken. Dead letters and what lies in mailboxes do not count.
	Backlog int `yaml:"backlog" default:"1000000"`
}

// webhook is a receiver of events.
type webhook struct {
	// Where to post: https, or with allowPrivate also http. "${NAME}" or
	// "file:PATH" when the address itself is a secret; user and password in it
	// become basic authentication.
	URL string `yaml:"url" required:"true"`
	// Signing secrets, each "${NAME}" or "file:PATH" of a text "whsec_" and
	// base64 of 24 to 64 bytes. The newest stands first; every event is signed
	// with all of them, so that a secret can be changed without losing an event.
	Secrets []string `yaml:"secrets" required:"true"`
	// How long one attempt may last.
	Timeout time.Duration `yaml:"timeout" default:"30s"`
	// Allow addresses of this machine and of private networks. Off, a receiver's
	// DNS cannot turn the bridge on its own network.
	AllowPrivate bool `yaml:"allowPrivate" default:"false"`
}

// retry is exponential: base, doubled each time up to max, each wait shortened
// by up to a half at random.
type retry struct {
	// Wait before the second attempt.
	Base time.Duration `yaml:"base" default:"5s"`
	// Longest wait.
	Max time.Duration `yaml:"max" default:"1h"`
	// Attempts in all. After the last one the delivery is a dead letter and
	// waits for a person. Failures of our own (a disk) never end it.
	Attempts int `yaml:"attempts" default:"20"`
	// How long after the first attempt a failed one is the last. Without it the
	// attempts alone decide.
	Deadline time.Duration `yaml:"deadline"`
}

// limits are what one file may cost in memory and space.
type limits struct {
	// Bytes of one file.
	File size `yaml:"file" default:"1GiB"`
	// Bytes of one segment.
	Segment size `yaml:"segment" default:"1MiB"`
	// Bytes of one transaction set or message.
	Message size `yaml:"message" default:"32MiB"`
	// Findings kept for one document. All are counted.
	Findings int `yaml:"findings" default:"100"`
}

// retention says how long something is kept. "90d", "10y" (of 366 days), "forever";
// at least a day. docs/OPERATING.md tells what goes with it.
type retention struct {
	// A file with all that follows from it, and all that it is linked with by
	// causes: counted from when the last of them was done with. Until then it is
	// recognised when it comes again, and not any more then.
	History span `yaml:"history" default:"forever"`
	// Events, counted from their delivery; not longer than history. Without it as
	// history. What lost its events is neither repaired nor promoted any more.
	Outbox span `yaml:"outbox"`
}

// logging is the log on standard error. docs/OPERATING.md lists its keys.
type logging struct {
	// Least level that is written.
	Level string `yaml:"level" default:"info" choices:"debug info warn error"`
	// Form of a line: text for people, json for machines; auto is text on a
	// terminal and json elsewhere.
	Format string `yaml:"format" default:"auto" choices:"auto text json"`
}

// partnerFile is one trading partner.
type partnerFile struct {
	// Name of the partner in the bridge: lower case letters, digits, hyphens; the
	// same as the file's name.
	Partner string `yaml:"partner" required:"true"`
	// Name for people.
	Name string `yaml:"name"`
	// Who the partner is in envelopes. Only under these may the partner send:
	// "X12 ZZ/ID" (interchange), "X12 GS ID" (functional group), "EDIFACT 14/ID",
	// "EDIFACT 14/ID:ADDRESS" with an internal address (0008). As many as the
	// partner and its divisions have; one with an address wins over one without.
	// Without a GS line any group sender is taken. Only a partner with agreements
	// about files alone has none.
	Identifiers []identifier `yaml:"identifiers"`
	// How the partner connects to us.
	Access access `yaml:"access"`
	// How the partner is answered where an agreement does not say otherwise, and
	// where there is none: an interchange that cannot be read, a set that nothing
	// is agreed about.
	Acknowledge *acknowledge `yaml:"acknowledge"`
	// Lane in which the partner's files are translated and acknowledged. It is one
	// for all of them, so that they keep their order. Of 21 files that are taken up
	// while all lanes have work 16 are urgent, 4 normal and 1 bulk; within a lane
	// partners take turns.
	Lane string `yaml:"lane" default:"normal" choices:"urgent normal bulk"`
	// What still waits so long after its accept goes over into a more urgent lane:
	// files to be translated, acknowledgments to be handed over.
	Lift *lift `yaml:"lift"`
	// Translate the partner's files one after the other, in the order in which they
	// came, and documents for the partner in the order in which they were handed
	// in: an 860 never overtakes its 850. Without it they are translated side by
	// side; what follows from two files about one order is delivered in their order
	// only where both are translated.
	Ordered bool `yaml:"ordered"`
	// strict: all that goes to the partner, documents and acknowledgments, leaves in
	// the order of its control numbers and without a gap; what comes behind waits.
	// It makes the partner ordered. An agreement that says so has it for all that
	// shares its control numbers (sender, receiver, mode).
	Sequence string `yaml:"sequence" default:"any" choices:"any strict"`
	// By when something is expected from the partner, in production. Silence is told
	// (edibridge.partner.silent.v1), and that it ended (edibridge.partner.heard.v1),
	// to the events of the partner's agreements, or where there are none to the
	// alarms. "edibridge partner traffic" shows who is silent.
	ExpectTraffic *expectTraffic `yaml:"expectTraffic"`
	// What is agreed, by a name of your own.
	Agreements map[string]agreement `yaml:"agreements"`
}

// access is how a partner connects to us.
type access struct {
	// By SFTP. It gives the partner the mailbox endpoint PARTNER-mailbox, whose
	// documents lie in out/ until they are fetched.
	SFTP *sftpAccess `yaml:"sftp"`
	// By the login of another partner: a network, a service provider, a parent
	// company. What comes by it is told apart by identifiers, and what goes to this
	// partner lies in that one's mailbox where "to" says nothing else.
	Via string `yaml:"via"`
}

// sftpAccess is one user of the SFTP server.
type sftpAccess struct {
	// Login name; no two partners share one.
	User string `yaml:"user" required:"true"`
	// Public keys that may log in: "file:PATH" of a key or an authorized_keys
	// file, or the line itself ("ssh-ed25519 AAAA...").
	Keys []string `yaml:"keys"`
	// bcrypt hash of a password ("$2a$", "$2b$", "$2y$"), "${NAME}" or
	// "file:PATH". Without it there is no login by password.
	PasswordHash string `yaml:"passwordHash"`
	// Further name patterns of unfinished uploads, as in "*.xfer". A file is
	// taken when it is renamed to a name that fits none.
	Temp []string `yaml:"temp"`
	// Largest file of this partner.
	MaxFile size `yaml:"maxFile"`
}

// agreement says what is done with one kind of document from the partner, or to
// the partner: it has "receive" or "send". Where several that receive fit, the
// longer release and the one with receivers win.
type agreement struct {
	// What is received: STANDARD SET RELEASE MODE, as in "X12 850 004010
	// production". The release fits every GS08 that begins with it. Test and
	// production are agreed apart. Or "file PATTERN [MODE]", as in "file *.pdf":
	// files that are moved to the endpoint "to" as they are, by their names (* and
	// ? as usual, upper and lower case alike; the longer pattern wins). Of what
	// follows "to", "edi", "fileName", "onDead", "retention" and duplicates.bytes hold
	// for them.
	Receive route `yaml:"receive"`
	// What is sent: STANDARD SET RELEASE MODE, as in "X12 810 004010 production".
	// Of what follows, guide, mapping, waive, events, fileName, lane, lanes, lift,
	// onDead and retention hold for it, "envelope", "expect", "batch", "sequence"
	// and "window" for nothing else.
	Send route `yaml:"send"`
	// Endpoint that it goes to. Without it, the partner's mailbox. Files go to any
	// endpoint, another partner's mailbox included; it has to be named.
	To string `yaml:"to"`
	// Of files: one that holds an X12 or EDIFACT interchange (looked for in its
	// first 64 KiB) is translated, as if this agreement were not there; or moved
	// like the others.
	EDI string `yaml:"edi" default:"translate" choices:"translate move"`
	// Name of the file that goes out, as in "{partner}-{date}-{control}.edi". Words:
	// date, time (of the accept, UTC), sequence (accept order), id, partner; of
	// files also name, stem, ext; of what is sent also set, control, agreement.
	// Without it files keep their name and what is sent is called
	// SET-NUMBER-CONTROL.edi.
	FileName string `yaml:"fileName"`
	// How it is wrapped.
	Envelope envelope `yaml:"envelope"`
	// What the partner owes for it: the acknowledgment of its syntax, and what his
	// application says of it. Without it nothing is waited for; what comes is taken.
	Expect *expect `yaml:"expect"`
	// Have documents leave together in one interchange. Without it each leaves
	// alone, at once.
	Batch *batch `yaml:"batch"`
	// strict: interchanges leave in the order of their control numbers, as the
	// partner's "sequence" says it.
	Sequence string `yaml:"sequence" default:"any" choices:"any strict"`
	// When interchanges are handed over, as the "window" of an endpoint says it; both
	// have to be open. Not for a mailbox, from which the partner takes what lies in
	// it when it likes.
	Window window `yaml:"window"`
	// Which of our identifiers it is for. Empty: all.
	Receivers []identifier `yaml:"receivers"`
	// Which of the partner's identifiers it is from: a division's. Empty: all.
	Senders []identifier `yaml:"senders"`
	// Implementation guide: a name from guides/, or "X12 004010 850". Without it,
	// the shipped guide of the release, or the nearest.
	Guide string `yaml:"guide"`
	// Mapping: a name from mappings/. Without it, the shipped one of the set.
	Mapping string `yaml:"mapping"`
	// How these documents are answered. Without it, as the partner says.
	Acknowledge *acknowledge `yaml:"acknowledge"`
	// Endpoints that get the events of these documents; of what is sent, those
	// about its acknowledgments (received, rejected, overdue).
	Events []string `yaml:"events"`
	// Documents with errors are refused (valid), or taken and mapped as far as
	// possible (with-errors).
	Accept string `yaml:"accept" default:"valid" choices:"valid with-errors"`
	// Severity by rule id, as in "x12.element.code: warning". off: the rule does
	// not apply. "edibridge validate" names the rules.
	Waive map[string]string `yaml:"waive" choices:"off info warning error"`
	// What happens to what was seen before.
	Duplicates duplicates `yaml:"duplicates"`
	// What a dead letter does to younger documents of the same order key: they
	// wait for a person (hold), or go on (pass).
	OnDead string `yaml:"onDead" default:"hold" choices:"hold pass"`
	// Of what is received: by when such documents are expected; told to its events.
	ExpectTraffic *expectTraffic `yaml:"expectTraffic"`
	// Lane in which what follows from these documents is delivered. What waits
	// behind an older document of its order key waits in any lane.
	Lane string `yaml:"lane" default:"normal" choices:"urgent normal bulk"`
	// Lanes by business key, as in "po:RUSH*: urgent": scheme and pattern, or the
	// pattern alone. Where several fit, the longest wins.
	Lanes map[string]string `yaml:"lanes" choices:"urgent normal bulk"`
	// What still waits so long after the accept of the file or document that it
	// follows from goes over into a more urgent lane, whatever lane it is in.
	Lift *lift `yaml:"lift"`
	// Findings kept for one document; 0: as limits say.
	MaxFindings int `yaml:"maxFindings" default:"0"`
	// Class by which it is kept, of those under "retention" in edibridge.yaml. A
	// file with documents of several is of the one that keeps longest.
	Retention string `yaml:"retention" default:"default"`
}

// expectTraffic is by when something has to come: one of "every" and "by". What
// came counts by when we took custody of it, whatever became of it.
type expectTraffic struct {
	// At most so long nothing may come, nights and holidays included: "24h".
	Every time.Duration `yaml:"every"`
	// By a time of day something has to have come since the one before: "18:00
	// Europe/Berlin", with the name of a time zone, whose summer time is followed.
	By timeOfDay `yaml:"by"`
	// Days that have such a time: "Mon-Fri", "Mon,Wed,Sat".
	Days weekdays `yaml:"days" default:"Mon-Sun"`
}

// lift takes what waits too long into a more urgent lane. What was finished in
// time, and what a person has tried again, is not lifted.
type lift struct {
	// How long it may wait in its own lane.
	After time.Duration `yaml:"after" required:"true"`
	// Into which lane it goes then. What is in one as urgent stays there.
	Lane string `yaml:"lane" required:"true" choices:"urgent normal"`
}

// envelope is what documents to the partner are wrapped in.
type envelope struct {
	// Which of our identifiers it is from. Without it, the first of "self" of the
	// standard.
	From identifier `yaml:"from"`
	// Which of the partner's identifiers it is for. Without it, the partner's
	// first.
	For identifier `yaml:"for"`
	// X12: our name in the functional group (GS02). Without it, our first "X12 GS"
	// identifier, or the name in the interchange.
	GroupFrom string `yaml:"groupFrom"`
	// X12: the partner's name in the functional group (GS03). Without it, the
	// partner's first "X12 GS" identifier, or the name in the interchange.
	GroupFor string `yaml:"groupFor"`
	// Delimiters: of X12 element, component, segment and, from 00402 on,
	// repetition ("*>~^"); of EDIFACT component, element, decimal mark, release
	// character, repetition or blank, segment, as in UNA (":+.? '"). Without them
	// the usual ones.
	Delimiters string `yaml:"delimiters"`
	// What stands behind each segment.
	LineBreak string `yaml:"lineBreak" default:"none" choices:"none lf crlf"`
	// EDIFACT: character set and version of the syntax.
	Syntax string `yaml:"syntax" default:"UNOC:3"`
	// An acknowledgment is asked for in the header (ISA14, UNB 0031).
	RequestAcknowledgment bool `yaml:"requestAcknowledgment"`
}

// acknowledge is how a partner is answered. An acknowledgment is never
// acknowledged.
type acknowledge struct {
	// Which acknowledgment a group of X12 gets: 997 or 999. none: neither groups
	// nor EDIFACT interchanges are answered.
	With string `yaml:"with" default:"997" choices:"997 999 none"`
	// How much it tells. full: segments and elements in error (AK3 and AK4, IK3
	// and IK4 with CTX; UCS and UCD). sets: each set alone (AK2 and AK5; UCM).
	// groups: only the group (AK1 and AK9; UCI and UCF, with a UCM where only some
	// messages are rejected, as a CONTRL accepts what it does not name).
	Detail string `yaml:"detail" default:"full" choices:"full sets groups"`
	// When a group of X12 is answered: always, or only if it has errors. Then only
	// the sets that have some are named.
	When string `yaml:"when" default:"always" choices:"always errors"`
	// Interchange acknowledgment TA1: when it is asked for (ISA14) or the
	// interchange is bad (requested), always, never.
	TA1 string `yaml:"ta1" default:"requested" choices:"requested always never"`
	// CONTRL for an interchange of EDIFACT: always; when UNB 0031 asks for it
	// (requested; 2 asks for a receipt alone); only if something is rejected
	// (errors); never.
	CONTRL string `yaml:"contrl" default:"always" choices:"always requested errors never"`
	// Endpoint that it goes to. Without it, the partner's mailbox.
	To string `yaml:"to"`
	// How soon after we took custody of a file its acknowledgments have to be sent,
	// or lie in the mailbox: overdue ones are told of. Without it there is no
	// clock.
	Within time.Duration `yaml:"within"`
}

// expect is what a partner owes for what is sent.
type expect struct {
	// The acknowledgment of its syntax: 997 or 999 (either of the two answers), TA1,
	// CONTRL. Without it, none is waited for.
	Acknowledgment string `yaml:"acknowledgment" choices:"997 999 TA1 CONTRL"`
	// By when: counted from when it was sent or lay in the mailbox, and anew from
	// when it was taken from there. Without it there is no clock.
	Within time.Duration `yaml:"within"`
	// What the partner's application says of the content later, with a clock of its
	// own. Without it none is waited for; one that comes is taken.
	Application *application `yaml:"application"`
}

// application is the second answer to a document: whether it was taken.
type application struct {
	// Which one: 824 of X12, APERAK of EDIFACT.
	With string `yaml:"with" required:"true" choices:"824 APERAK"`
	// By when, counted like the acknowledgment's. Without it there is no clock.
	Within time.Duration `yaml:"within"`
}

// batch is when documents that were gathered leave: what comes first closes it.
// With nothing but count and size it closes an hour after its first document, too.
type batch struct {
	// So many documents are there; 10000 at most, which is what 0 stands for.
	Count int `yaml:"count" default:"0"`
	// Their messages have so many bytes. One that would not fit begins the next.
	Size size `yaml:"size"`
	// So long after its first document.
	Every time.Duration `yaml:"every"`
	// Cut-off times, as in ["12:00", "17:30"]: what was handed in before leaves then.
	At []clock `yaml:"at"`
	// Time zone of the cut-off times, as in Europe/Berlin.
	Zone zone `yaml:"zone" default:"UTC"`
}

// duplicates says what happens to what was seen before. The same bytes again
// are always answered with the first answer and have no further effect.
type duplicates struct {
	// Another interchange with a control number used before: reject (TA1 025,
	// kept for a person) or accept.
	Control string `yaml:"control" default:"reject" choices:"reject accept"`
	// A document with the business key of an earlier accepted one and other
	// content: kept for a person (quarantine) or accept.
	Document string `yaml:"document" default:"quarantine" choices:"quarantine accept"`
	// Of files: the same bytes by the same agreement again are kept and go no
	// further (ignore), or are moved each time (accept). Empty files always are.
	Bytes string `yaml:"bytes" default:"ignore" choices:"ignore accept"`
}
