package org.example.channels;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@Component
class Publisher {

	private final ApplicationEventPublisher events;

	Publisher(ApplicationEventPublisher events) {
		this.events = events;
	}

	@Transactional
	public void publish(String text) {
		this.events.publishEvent(new Published(text));
	}

	record Published(String text) {

	}

}
