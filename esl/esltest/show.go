package esltest

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"

	"eslua/esl"
)

// showLag is how long it takes until a new channel is in the table that show reads: the switch writes that table from a
// queue.
const showLag = 200 * time.Millisecond

// column is a column of what show lists.
type column struct {
	name  string
	value func(ch *channel) string
}

func empty(*channel) string { return "" }

// Columns as the recorded switch has them.
func showColumns() (channels, calls []column) {
	profile := func(field string) func(ch *channel) string {
		return func(ch *channel) string { return ch.profile.field(field) }
	}
	codecName := func(ch *channel) string { return ch.codec().name }
	codecRate := func(ch *channel) string { return itoa(ch.codec().rate) }
	codecBits := func(ch *channel) string { return itoa(ch.codec().bits) }
	variable := func(name string) func(ch *channel) string {
		return func(ch *channel) string { return ch.own(name) }
	}
	who := []column{
		{"uuid", func(ch *channel) string { return ch.uuid }},
		{"direction", variable("direction")},
		{"created", func(ch *channel) string {
			return time.UnixMicro(ch.profile.times.created).In(ch.sw.now.Location()).Format(time.DateTime)
		}},
		{"created_epoch", func(ch *channel) string { return strconv.FormatInt(ch.profile.times.created/1e6, 10) }},
		{"name", func(ch *channel) string { return ch.name }},
		{"state", func(ch *channel) string { return ch.running.String() }},
		{"cid_name", profile("caller_id_name")},
		{"cid_num", profile("caller_id_number")},
		{"ip_addr", profile("network_addr")},
		{"dest", profile("destination_number")},
	}
	what := []column{
		{"application", func(ch *channel) string { return ch.app }},
		{"application_data", func(ch *channel) string { return ch.appData }},
		{"dialplan", profile("dialplan")},
		{"context", profile("context")},
		{"read_codec", codecName}, {"read_rate", codecRate}, {"read_bit_rate", codecBits},
		{"write_codec", codecName}, {"write_rate", codecRate}, {"write_bit_rate", codecBits},
		{"secure", empty},
	}
	host := column{"hostname", func(*channel) string { return hostname }}
	presence := []column{
		{"presence_id", variable("presence_id")},
		{"presence_data", variable("presence_data")},
		{"accountcode", variable("accountcode")},
		{"callstate", func(ch *channel) string { return ch.callState.String() }},
		{"callee_name", profile("callee_id_name")},
		{"callee_num", profile("callee_id_number")},
	}
	flipped := func(is string) func(ch *channel) string {
		return func(ch *channel) string {
			switch {
			case ch.own("channel_cid_flipped") == "":
				return ""
			case is != "":
				return is
			}
			return ch.uuid
		}
	}
	direction, call := column{"callee_direction", flipped("RECV")}, column{"call_uuid", flipped("")}
	sent := []column{
		{"sent_callee_name", variable("last_sent_callee_id_name")},
		{"sent_callee_num", variable("last_sent_callee_id_number")},
	}
	first := []column{
		{"initial_cid_name", profile("orig_caller_id_name")},
		{"initial_cid_num", profile("orig_caller_id_number")},
		{"initial_ip_addr", profile("network_addr")},
		{"initial_dest", profile("destination_number")},
		{"initial_dialplan", profile("dialplan")},
		{"initial_context", profile("context")},
	}
	add := func(list *[]column, more ...column) { *list = append(*list, more...) }
	add(&channels, who...)
	add(&channels, what...)
	add(&channels, host)
	add(&channels, presence...)
	add(&channels, direction, call)
	add(&channels, sent...)
	add(&channels, first...)

	add(&calls, who...)
	add(&calls, presence...)
	add(&calls, direction, call, host)
	add(&calls, sent...)
	other := append(append(append([]column{}, who...), presence...), direction)
	for _, col := range append(other, sent...) {
		calls = append(calls, column{"b_" + col.name, func(ch *channel) string {
			if ch.bridged == nil {
				return ""
			}
			return col.value(ch.bridged)
		}})
	}
	add(&calls, column{"call_created_epoch", func(ch *channel) string {
		if ch.bridged == nil {
			return ""
		}
		return strconv.FormatInt(ch.profile.times.bridged/1e6, 10)
	}})
	return channels, calls
}

const showUsage = "-USAGE: codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like <match string>]|" +
	"calls|detailed_calls|bridged_calls|detailed_bridged_calls|aliases|complete|chat|management|modules|nat_map|say|interfaces|" +
	"interface_types|tasks|limits|status\n"

// showAPI lists channels, or calls, that is, channels of which bridged ones are one row.
func showAPI(c apiCall) string {
	a := strings.Fields(c.arg)
	if len(a) == 0 {
		return showUsage
	}
	columns, calls := showColumns()
	var rows []*channel
	for _, ch := range c.sw.calls {
		if ch.profile != nil && c.sw.now.Sub(time.UnixMicro(ch.profile.times.created)) >= showLag {
			rows = append(rows, ch)
		}
	}
	switch strings.ToLower(a[0]) {
	case "channels":
	case "calls", "bridged_calls":
		columns = calls
		rows = filterRows(rows, func(ch *channel) bool {
			return ch.bridgeOriginate || ch.bridged == nil && a[0] == "calls"
		})
	default:
		return showUsage
	}
	if len(a) > 2 && a[1] == "like" {
		rows = filterRows(rows, func(ch *channel) bool {
			for _, col := range columns {
				if strings.Contains(col.value(ch), a[2]) {
					return true
				}
			}
			return false
		})
		a = append(a[:1], a[3:]...)
	}
	switch {
	case len(a) > 1 && a[1] == "count":
		return fmt.Sprintf("\n%d total.\n", len(rows))
	case len(a) > 2 && a[1] == "as" && a[2] == "json":
		return showJSON(columns, rows)
	case len(a) > 2 && a[1] == "as" && a[2] == "xml":
		return showXML(columns, rows)
	}
	return showText(columns, rows)
}

func filterRows(rows []*channel, keep func(ch *channel) bool) []*channel {
	var kept []*channel
	for _, ch := range rows {
		if keep(ch) {
			kept = append(kept, ch)
		}
	}
	return kept
}

func showText(columns []column, rows []*channel) string {
	var b strings.Builder
	line := func(text func(col column) string) {
		for i, col := range columns {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(text(col))
		}
		b.WriteByte('\n')
	}
	if len(rows) > 0 {
		line(func(col column) string { return col.name })
	}
	for _, ch := range rows {
		line(func(col column) string { return col.value(ch) })
	}
	return b.String() + fmt.Sprintf("\n%d total.\n", len(rows))
}

func showJSON(columns []column, rows []*channel) string {
	if len(rows) == 0 {
		return "{\"row_count\": 0}\n"
	}
	out := fmt.Appendf(nil, `{"row_count":%d,"rows":[`, len(rows))
	for i, ch := range rows {
		if i > 0 {
			out = append(out, ',')
		}
		row := &esl.Event{}
		for _, col := range columns {
			row.Add(col.name, col.value(ch))
		}
		out = row.AppendJSON(out)
	}
	return string(out) + "]}\n"
}

func showXML(columns []column, rows []*channel) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<result row_count=\"%d\">\n", len(rows))
	for i, ch := range rows {
		fmt.Fprintf(&b, "  <row row_id=\"%d\">\n", i+1)
		for _, col := range columns {
			fmt.Fprintf(&b, "    <%s>", col.name)
			xml.EscapeText(&b, []byte(col.value(ch)))
			fmt.Fprintf(&b, "</%s>\n", col.name)
		}
		b.WriteString("  </row>\n")
	}
	return b.String() + "</result>\n"
}
