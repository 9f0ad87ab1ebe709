package api

// EventConsumerClass is mod_lua's event consumer (modlua-api.md 1.8).
var EventConsumerClass = Class{
	Name: "consumer",
	Doc:  "A queue of events of the switch, whatever channel they are of.",
	Attributes: []string{
		"e_callback", "e_cb_arg", "e_event_id", "e_subclass_name", "enodes", "events", "node_index",
	},
	Internal: []string{"__disown"},
	Methods: []Method{
		{
			Name: "bind", Class: "EventConsumer",
			Params:  []Param{constant(str("event")), constant(str("subclass")).or(`""`)},
			Results: returns(Result{Int, "1; 0 for an unknown event, after `cleanup`, or when the connection does not allow it"}),
			Doc: "Subscribes to events of a type, in any case; `all` is every event, and `CUSTOM` without a subclass every CUSTOM event. " +
				"An event to which it has subscribed twice comes twice.",
			Needs:   Full,
			Example: `consumer:bind("CUSTOM", "sofia::register")`,
		},
		{
			Name: "pop", Class: "EventConsumer",
			Params:  []Param{num("block").or("0"), num("timeout").or("0")},
			Results: returns(Result{Event, "the oldest event, or nil when there is none"}),
			Doc: "Takes an event. It does not wait unless `block` is other than 0; then it waits for `timeout` milliseconds, or for ever if " +
				"that is 0. A hang-up does not end the wait.",
			Needs:   Full,
			Down:    "works",
			Example: "local ev = consumer:pop(1, 1000)",
		},
		{
			Name: "cleanup", Class: "EventConsumer",
			Doc:     "Ends all subscriptions and throws away what waits.",
			Example: "consumer:cleanup()",
		},
	},
}

var consumerConstructor = Method{
	Name: "EventConsumer", Class: "EventConsumer",
	Params:  []Param{constant(str("event")).or("nil"), constant(str("subclass")).or(`""`), num("queue_length").or("5000")},
	Results: returns(Result{Type: "consumer", Doc: "an event consumer"}),
	Doc: "Makes a queue of events, and subscribes as `bind` does if an event is given. When the queue is full the newest events are dropped, " +
		"each with an error in the log.",
	Needs:   Full,
	Example: `local consumer = freeswitch.EventConsumer("CUSTOM", "my::event")`,
}
