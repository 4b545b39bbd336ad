// Package vectors proves the engine from outside: it has no code of its own, only
// tests that read, validate and acknowledge whole files with packages edi,
// edi/guide, x12 and edifact, as a program does.
//
// # Vectors
//
// A vector is one file below testdata: what is received, with marks where findings
// must stand, and what comes of it.
//
//	# SE01 counts the segments from ST to SE.
//	ack: 999
//	-- guide --
//	guide acme extends X12 004010 850
//	REF:DP required
//	-- input --
//	ISA*00*          *00*          *ZZ*ACME           *ZZ*US             *261123*0930*U*00401*000000001*0*T*>~
//	GS*PO*ACME*US*20261123*0930*1*X*004010~
//	ST*850*0001~
//	SE*⟦x12.set.count:9⟧*0001~
//	GE*1*1~
//	IEA*1*000000001~
//	-- findings --
//	error x12.set.count ISA[1]/GS[1]/ST[1]/SE01 segment 4 place 2 "9" ak502=4
//	-- tree --
//	850 0001: X12 004010 850
//	  set: ST SE
//	-- answer --
//	ISA*00*...
//
// The head has a text and these lines, all of which may be left out:
//
//	ack: 999 sets only-errors     997 (default) or 999, with its detail; TA1 is written in any case
//	ack: receipt all noted        of a CONTRL, beside its detail
//	refuse: duplicate             not-for-us, unknown-sender, unknown-recipient, test
//	limits: segment=9 message=99  bytes
//	keep: 5                       findings of one message
//	read: X12                     of one standard; both when it is left out
//	severity: RULE=warning        an agreement's word on a rule; off waives it
//
// A dictionary stands in a section of its own; guides are overlays, or for releases
// that the dictionary makes up. In the input the ends of lines are not part of the file: \n, \r and \xHH stand for
// bytes, \\ for a backslash. ⟦RULE:BYTES⟧ marks bytes that a finding of RULE must
// name, no more and no less; of what is missing the place, with no bytes. Marks may
// nest. What is between "@repeat N" and "@end" stands N times, with {n} counting
// from 0001.
//
// The marks are what somebody expects. The sections behind the input are what
// follows from it in all detail; "go test ./internal/vectors -run TestVectors
// -update" writes these, and prints each line that it changes. It never changes a
// mark: a finding that no mark expects fails.
//
// # What else is proven
//
// Mutations of sound documents are found at their place; what is acknowledged reads
// back as what was decided; the same bytes in any pieces give the same; hostile
// input costs bounded memory and linear work. Documents are the vectors and, where
// EDIBRIDGE_CORPUS names one, a corpus with its MANIFEST.tsv. EDIBRIDGE_LONG takes
// every case instead of a sample.
package vectors
