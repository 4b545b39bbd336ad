package edifact

import (
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

func charset(version string) Charset { return CharsetOf(&edi.Interchange{Version: version}) }

func TestDecode(t *testing.T) {
	for _, c := range []struct{ set, bytes, want string }{
		{"UNOA:1", "ABC", "ABC"},
		{"UNOA:1", "K\xd6LN", "KÖLN"}, // ISO 8859-1 where nothing beyond ASCII is allowed
		{"UNOB:1", "K\xc3\x96LN", "KÖLN"},
		{"UNOC:3", "M\xfcller \xa4", "Müller ¤"},
		{"UNOC:3", "M\xc3\xbcller", "Müller"},
		{"UNOC:3", "\x80\xfc", "\uFFFDü"},
		{"UNOD:3", "\xa3\xf3d\xbc", "Łódź"},
		{"UNOE:3", "\xbc\xde\xe1\xda\xd2\xd0", "Москва"},
		{"UNOF:3", "\xc1\xe8\xde\xed\xe1", "Αθήνα"},
		{"UNOF:3", "\xff", "\uFFFD"},
		{"UNOG:4", "\xa1\xa6", "Ħ\u0124"},
		{"UNOH:4", "\xa1\xbd", "ĄŊ"},
		{"UNOI:4", "\xe5\xd1", "\u0645\u0631"},
		{"UNOJ:4", "\xf9\xec", "\u05e9\u05dc"},
		{"UNOK:4", "\xdd\xfe", "İş"},
		{"UNOY:4", "Łódź \xff", "Łódź \uFFFD"},
		{"UNOZ:1", "\xfc", "ü"},
	} {
		set := charset(c.set)
		if got := set.Decode([]byte(c.bytes)); got != c.want {
			t.Errorf("%s %q\n got %q\nwant %q", c.set, c.bytes, got, c.want)
		}
	}
}

func TestCharsetNames(t *testing.T) {
	for version, want := range map[string]bool{"UNOA:1": true, "UNOK:4": true, "UNOY:4": true, "UNOX:4": false, "UNOL:4": false, "": false, "KECA:1": false, "UNO:1": false} {
		if set := charset(version); set.Supported() != want {
			t.Errorf("%s\n got %v\nwant %v", version, set.Supported(), want)
		}
	}
}

// TestCharacters has one mark: § stands before the first wrong character.
func TestCharacters(t *testing.T) {
	file := func(syntax, text string) string {
		return strings.Replace(unb, "UNOC:3", syntax, 1) + "UNH+1+ORDERS:D:96A:UN'FTX+AAI+++" + text + "'UNT+3+1'" + unz
	}
	const at = "UNB[1]/UNH[1]/#2/FTX04"
	for _, c := range []struct {
		name, text string
		rule       string
		path       edi.Path
		message    string
	}{
		{"lower case", file("UNOA:1", "ABC§lower"), "edifact.charset", at, `character "l" is not of character set UNOA, nor are 4 others of the message`},
		{"lower case in a component", file("UNOA:1", "ABC:D§e"), "edifact.charset", at + ".2", `character "e" is not of character set UNOA`},
		{"in a repetition", file("UNOA:4", "ABC*D:§e"), "edifact.charset", at + ".2(2)", `character "e" is not of character set UNOA`},
		{"behind a release character", file("UNOA:1", "A?:B?+:C§@"), "edifact.charset", at + ".2", `character "@" is not of character set UNOA`},
		{"UTF-8 under UNOA", file("UNOA:1", "§Łódź"), "edifact.charset", at, `character "\u0141" is not of character set UNOA, nor are 3 others of the message`},
		{"UNOB", file("UNOB:1", "lower is allowed§#"), "edifact.charset", at, `character "#" is not of character set UNOB`},
		{"8859-1 under UNOB", file("UNOB:1", "M§\xfcller"), "edifact.charset", at, `character 0xFC is not of character set UNOB`},
		{"C1 control", file("UNOC:3", "M\xfcller §\x85"), "edifact.charset", at, `character 0x85 is not of character set UNOC`},
		{"control", file("UNOC:3", "M§\tX"), "edifact.charset", at, `character "\t" is not of character set UNOC`},
		{"line break", file("UNOC:3", "M§\nX"), "edifact.charset", at, `character "\n" is not of character set UNOC`},
		{"hole of 8859-7", file("UNOF:3", "\xc1§\xff"), "edifact.charset", at, `character 0xFF is not of character set UNOF`},
		{"UTF-8 under UNOC", file("UNOC:3", "M§üller, Köln"), "edifact.charset.utf8", at, `2 characters are UTF-8, though UNB says UNOC`},
		{"no UTF-8 under UNOY", file("UNOY:4", "Łódź §\xff"), "edifact.charset", at, `character 0xFF is not of character set UNOY`},
		{"UNB", strings.Replace(unb, "NORTHPIER", "NORTH§\x02PIER", 1) + msg + unz, "edifact.charset", "UNB[1]/UNB02.1", `character "\x02" is not of character set UNOC`},
		{"tag", unb + "UNH+1+ORDERS:D:96A:UN'F§\x02X'UNT+3+1'" + unz, "edifact.charset", "UNB[1]/UNH[1]/#2", `character "\x02" is not of character set UNOC`},
	} {
		t.Run(c.name, func(t *testing.T) {
			offset := strings.Index(c.text, "§")
			_, findings := events(t, strings.Replace(c.text, "§", "", 1), edi.Limits{})
			var got []edi.Finding
			for i := range findings {
				if strings.HasPrefix(findings[i].Rule, "edifact.charset") {
					got = append(got, findings[i])
				}
			}
			if len(got) != 1 {
				t.Fatalf("findings\n got %v\nwant one", got)
			}
			f := &got[0]
			if f.Rule != c.rule || f.Path != c.path || f.Message != c.message || f.Offset != int64(offset) || f.Severity != edi.Warning {
				t.Errorf("\n got %v\nwant %s %s, byte %d: %s", f, c.rule, c.path, offset, c.message)
			}
		})
	}
}

// TestSoundCharacters: nothing is said of these.
func TestSoundCharacters(t *testing.T) {
	for _, text := range []string{
		strings.Replace(unb, "UNOC:3", "UNOA:1", 1) + msg + unz,
		strings.ReplaceAll(strings.Replace(unb, "UNOC:3", "UNOA:1", 1)+msg+unz, "'", "'\r\n"),
		strings.Replace(unb, "NORTHPIER", "M\xfcller", 1) + msg + unz,
		strings.Replace(strings.Replace(unb, "UNOC:3", "UNOY:4", 1), "NORTHPIER", "Łódź", 1) + msg + unz,
		strings.Replace(strings.Replace(unb, "UNOC:3", "UNOE:3", 1), "NORTHPIER", "\xbc\xde\xe1\xda\xd2\xd0", 1) + msg + unz,
		strings.NewReplacer("+", "|", ":", "^", "'", "~").Replace("UNA:+.? '" + strings.Replace(unb, "UNOC:3", "UNOA:1", 1) + msg + unz),
		strings.NewReplacer("+", "\x1d", ":", "\x1f", "'", "\x1c").Replace(strings.Replace(unb, "UNOC:3", "UNOB:1", 1) + msg + unz),
	} {
		_, findings := events(t, text, edi.Limits{})
		for i := range findings {
			if strings.HasPrefix(findings[i].Rule, "edifact.charset") {
				t.Errorf("%q has %v", text, &findings[i])
			}
		}
	}
}

// TestPlain compares the fast look with the table, byte by byte.
func TestPlain(t *testing.T) {
	for c := range 256 {
		for at := range 70 {
			b := []byte(strings.Repeat("A", 70))
			b[at] = byte(c)
			sound := c >= ' ' && c < 0x7F
			if n := plain(b); sound != (n == len(b)) || n > at && !sound {
				t.Fatalf("byte 0x%02X at %d: %d bytes are plain", c, at, n)
			}
		}
	}
}
