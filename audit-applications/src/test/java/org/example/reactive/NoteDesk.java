package org.example.reactive;

import io.auditspring.Audited;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;

@Service
class NoteDesk {

	@Audited(action = "note.write", message = "#{#text}")
	public String write(String text) {
		return text;
	}

	@Audited(action = "note.write", message = "#{#text}")
	public Mono<String> writeLater(String text) {
		return Mono.just(text);
	}

}
