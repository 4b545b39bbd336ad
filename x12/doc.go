// Package x12 reads and writes the envelopes of ANSI ASC X12 (X12.5, X12.6,
// versions 002000 to 008010) and answers them.
//
//	ISA ... IEA   interchange; between ISA and the first GS or IEA stand TA1
//	GS  ... GE    functional group: sets of one kind and one version
//	ST  ... SE    transaction set
//
// [Syntax] plugs into an edi.Walker. What is wrong with an envelope is a
// finding with the code of the acknowledgment that tells of it:
//
//	TA1 (TA105, I18)    the interchange: findings of BeginInterchange and EndInterchange
//	997 (AK905, 716)    the group: findings of EndGroup
//	997 (AK502, 718)    the set: findings of EndMessage
//	997 (AK304, AK403)  its segments and elements: findings of a guide
//	999 (IK304, IK403, IK502; 620, 621, 618)  the same as the 997
//
// Rules that the envelope is read by:
//
//   - delimiters come from the ISA itself; a wrong width is a warning;
//   - an ISX directly behind ISA names the release character, whatever the
//     version: before 00704 that is told;
//   - SE01 counts the segments from ST to SE, SE02 is ST02 as text;
//   - GE01 counts the sets, GE02 is GS06 as a number;
//   - IEA01 counts the groups (not TA1), IEA02 is ISA13 as text;
//   - a trailer that is missing ends what it should have closed there, and
//     nothing else: the next set, group or interchange is read as if it stood;
//   - ST02 is unique in its group: a second one is an error from 005010 on, a
//     warning before; so is GS06 in its interchange, as a number;
//   - a segment outside any set or group is a finding.
//
// [GroupAck] writes the 997 or 999 for a group, [WriteTA1] the TA1 for an
// interchange, [AnswerTo] gives the envelope that an answer goes back in. An
// acknowledgment is never acknowledged ([IsAcknowledgment]).
//
// What is written fits the release that it is written in, whatever was received:
// a code that the release lacks is not written, a delimiter or control character
// within a copied value becomes a blank (or is released, from 00704 on, where the
// interchange that is answered has an ISX), and AK102 is 0 where GS06 is no number.
//
// [ReadGroupAck] and [ReadTA1] read what partners answer: which group, set or
// interchange of ours, what became of it and why. They take what partners send:
// sets without AK5, or answered twice, no AK9, counts that disagree are findings.
//
// Not here: the content of sets (package edi/guide).
package x12
