package org.example.channels;

import io.auditspring.Audited;

import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.stereotype.Component;

@Component
class Subscriber {

	private final Notes notes;

	Subscriber(Notes notes) {
		this.notes = notes;
	}

	@Audited(action = "module.event", message = "#{#published.text()}")
	@ApplicationModuleListener
	void on(Publisher.Published published) {
		this.notes.save(new Note(published.text()));
	}

}
