package x12

// Status is what an acknowledgment says of a group (AK901, 715), a set (AK501,
// IK501, 717) or an interchange (TA104, I17): A accepted, E accepted with errors
// noted, P partially accepted (groups alone), R rejected; M, W and X rejected
// for the sake of security. It is as received, "" when it is missing.
type Status string

// Verdict is what the status comes to; "" when it is none of the standard's.
func (s Status) Verdict() Verdict {
	switch s {
	case "A":
		return Accepted
	case "E":
		return AcceptedWithErrors
	case "P":
		return PartiallyAccepted
	case "R", "M", "W", "X":
		return Rejected
	}
	return ""
}

// InterchangeAnswer is a TA1: what became of an interchange of ours.
type InterchangeAnswer struct {
	Control    string // TA101, ISA13 of ours
	Date, Time string // TA102, TA103: ISA09 and ISA10 of ours
	Status     Status // TA104
	Reason     string // TA105, list I18; "000" is none
}

// GroupAnswer is a 997 or 999: what became of a group of ours.
type GroupAnswer struct {
	Kind       string // "997", "999"
	Functional string // AK101, our GS01
	Control    string // AK102, our GS06, as received: compare as numbers
	Version    string // AK103, our GS08, from 005010 on
	Status     Status // AK901
	// AK902 to AK904: the sets that our GE01 declared, those received, those
	// accepted; -1 where no number stands.
	Declared, Received, Accepted int
	Reasons                      []string    // AK905 to AK909, list 716
	Sets                         []SetAnswer // in the order of their AK2; not every set need have one

	rejected int // sets that are rejected by name
}

// Outcome is what became of one set of the group: s is its answer in Sets, nil
// for a set that has none. "" says that the acknowledgment leaves it open.
//
// A group that is rejected takes every set with it, whatever AK5 says of them.
// Partners may leave away the AK2 of sets that they accept; where AK9 accepts
// only a part, that holds when the sets rejected by name are all there are.
func (a *GroupAnswer) Outcome(s *SetAnswer) Verdict {
	group := a.Status.Verdict()
	if group == Rejected {
		return Rejected
	}
	if s != nil {
		if v := s.Status.Verdict(); v != "" && v != PartiallyAccepted {
			return v
		}
	}
	if group == PartiallyAccepted {
		if s != nil || a.Accepted < 0 || a.Received-a.Accepted != a.rejected {
			return ""
		}
		return Accepted
	}
	return group
}

// Of is what became of the set of that control number (our ST02), by
// [GroupAnswer.Outcome]. Of a set that is answered more than once the worst
// counts: an acceptance is not to hide a rejection.
func (a *GroupAnswer) Of(control string) Verdict {
	out, found := Verdict(""), false
	for i := range a.Sets {
		s := &a.Sets[i]
		if s.Control != control {
			continue
		}
		if v := a.Outcome(s); !found || graver(v, out) {
			out = v
		}
		found = true
	}
	if !found {
		return a.Outcome(nil)
	}
	return out
}

// graver reports whether a is graver than b: what is left open is graver than an acceptance.
func graver(a, b Verdict) bool {
	rank := func(v Verdict) int {
		switch v {
		case Rejected:
			return 3
		case "":
			return 2
		case AcceptedWithErrors:
			return 1
		}
		return 0
	}
	return rank(a) > rank(b)
}

// SetAnswer is AK2 and what follows it: what became of one transaction set.
type SetAnswer struct {
	Set, Control string // AK201, AK202: our ST01 and ST02
	Reference    string // AK203, our ST03, from 005010 on
	Status       Status // AK501, IK501
	Reasons      []string
	Segments     []SegmentNote
}

// SegmentNote is AK3 or IK3: a segment of ours in error.
type SegmentNote struct {
	Tag      string // 721
	Place    int    // 719, ST is 1; 0 when no number stands
	Loop     string // 447
	Code     string // 720 (AK304) or 620 (IK304)
	Contexts []Context
	Elements []ElementNote
}

// ElementNote is AK4 or IK4: an element of a segment in error.
type ElementNote struct {
	Element               int    // C030, from 1; 0 when no number stands
	Component, Repetition int    // from 1, 0 when they are not named
	Ref                   string // 725, the data dictionary's number
	Code                  string // 723 (AK403) or 621 (IK403)
	Value                 string // 724, the copy of our bad value
	Contexts              []Context
}

// SituationalTrigger is the name of a context that tells what made a segment
// or element required (CTX01).
const SituationalTrigger = "SITUATIONAL TRIGGER"

// Context is CTX of a 999 (C998 and what follows it): the situation that made
// something an error. CTX01 repeats; each repetition is a Context with the same
// place.
type Context struct {
	Name  string // SituationalTrigger, or the place of what identifies the business unit, "CLM01"; written empty it is SituationalTrigger
	Value string // what identifies the business unit
	// The segment that is the trigger, and its element; empty and 0 where they are
	// not named.
	Tag                            string
	Place                          int
	Loop                           string
	Element, Component, Repetition int
	Ref, ComponentRef              string // C999, data dictionary numbers
}
