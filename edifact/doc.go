// Package edifact reads and writes the envelopes of UN/EDIFACT (ISO 9735,
// syntax versions 1 to 4, batch) and answers them.
//
//	UNA            service string advice: the delimiters; no segment
//	UNB ... UNZ    interchange
//	UNG ... UNE    group of messages; may be absent
//	UNH ... UNT    message
//	UNO ... UNP    package: an object of whatever bytes, its length told by UNO
//
// [Syntax] plugs into an edi.Walker. Messages that stand in no UNG are given in
// a group whose Control is "" and whose Path is the interchange's. A package is
// two Service events, a security segment (USA to USU) outside a message one.
// What is wrong with an envelope is a finding with the code (element
// 0085) of the CONTRL that tells of it:
//
//	UCI    the interchange: findings of BeginInterchange and EndInterchange
//	UCF    the group: findings of EndGroup
//	UCM    the message: findings of EndMessage at UNH and UNT
//	UCS    its segments, UCD its elements: findings of a guide
//
// Rules that the envelope is read by:
//
//   - delimiters are those of UNA, or of ISO 9735-1 clause 7; elements repeat
//     from syntax version 4 on only;
//   - UNT 0074 counts the segments from UNH to UNT, UNT 0062 is that of UNH;
//   - UNE 0060 counts the messages and packages of the group, UNE 0048 is that
//     of UNG;
//   - UNZ 0036 counts the groups, or without any the messages and packages; UNZ
//     0020 is that of UNB;
//   - references are compared as text; one that comes again in its group or
//     interchange is a warning;
//   - a trailer that is missing ends what it should have closed there, and
//     nothing else;
//   - groups beside bare messages are read, and are a finding.
//
// The characters must be of the set that UNB names ([Charset]): others are a
// warning with the position of the first in each message; their bytes are kept.
//
// [ControlWriter] writes the CONTRL for an interchange (directory D.3 up to syntax
// version 3, 4.1 from version 4 on), in the codes and lengths of that version;
// packages are accepted or refused with their interchange. [ReadControl] reads
// one. A CONTRL asks for no acknowledgment (0031) and is never answered
// ([IsAcknowledgment]).
//
// Not here: the content of messages (package edi/guide), interactive
// interchanges (UIB: package edi reports them), the checking of signatures
// (ISO 9735-5 to 7, 9), ISO 2022 code extension (UNOX).
package edifact
