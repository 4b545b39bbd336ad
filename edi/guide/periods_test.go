package guide

import "testing"

// Values of the formats of 2379: right ones, and wrong ones behind the bar.
func TestPeriods(t *testing.T) {
	for _, tt := range []struct {
		format       string
		right, wrong []string
	}{
		{"2", []string{"291124", "290224"}, []string{"290223", "310424", "2911"}},
		{"3", []string{"112924"}, []string{"132924"}},
		{"4", []string{"29112026"}, []string{"29132026"}},
		{"5", []string{"291120262359"}, []string{"291120262360"}},
		{"101", []string{"261123"}, []string{"261131", "26112"}},
		{"103", []string{"26537"}, []string{"26548", "26000"}},
		{"105", []string{"26366"}, []string{"26367", "26000"}},
		{"106", []string{"0229"}, []string{"0230"}},
		{"107", []string{"001"}, []string{"367"}},
		{"110", []string{"31"}, []string{"32", "00"}},
		{"205", []string{"202611231200+0100", "202611231200-0500"}, []string{"202611231200Z0100", "202611231200+2500"}},
		{"301", []string{"2611231200CET"}, []string{"2611232500CET", "2611231200"}},
		{"404", []string{"120000CET"}, []string{"126000CET"}},
		{"501", []string{"08001700", "0800-1700"}, []string{"08002500", "0800"}},
		{"503", []string{"080000CET170000CET"}, []string{"080000CET176000CET"}},
		{"604", []string{"20262"}, []string{"20263"}},
		{"608", []string{"20264"}, []string{"20265", "20260"}},
		{"610", []string{"202612"}, []string{"202613"}},
		{"614", []string{"2026123"}, []string{"2026124"}},
		{"615", []string{"2653"}, []string{"2654"}},
		{"710", []string{"202601202612", "202601-202612"}, []string{"202601202613"}},
		{"713", []string{"26112312002611231300"}, []string{"26112312002611231360"}},
		{"715", []string{"26012602"}, []string{"26012660"}},
		{"716", []string{"202601202602"}, []string{"202601202654"}},
		{"717", []string{"261101261130", "261101-261130"}, []string{"261101261131"}},
		{"801", []string{"2"}, []string{"two"}},
		{"804", []string{"30", "1.5"}, []string{"x5", ""}},
		{"813", []string{"7"}, []string{"8"}},
		{"814", []string{"10"}, []string{"10d"}},
	} {
		layout := periodLayout([]byte(tt.format))
		if layout == "" {
			t.Errorf("format %s is not looked into", tt.format)
			continue
		}
		for _, v := range tt.right {
			if !isPeriod([]byte(v), layout) {
				t.Errorf("format %s, %s: %q is right", tt.format, layout, v)
			}
		}
		for _, v := range tt.wrong {
			if isPeriod([]byte(v), layout) {
				t.Errorf("format %s, %s: %q is wrong", tt.format, layout, v)
			}
		}
	}
	for _, format := range []string{"701", "702", "ZZZ", ""} {
		if layout := periodLayout([]byte(format)); layout != "" {
			t.Errorf("format %q: got %q, want none", format, layout)
		}
	}
}
