package org.example.reactive;

import io.auditspring.Audited;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class NoteController {

	private final NoteDesk desk;

	NoteController(NoteDesk desk) {
		this.desk = desk;
	}

	@GetMapping("/at-once")
	@Audited(action = "note.write", message = "at once")
	public String atOnce() {
		return "at once";
	}

	@PostMapping("/body")
	public String body(@RequestBody String text) {
		return this.desk.write(text);
	}

	@GetMapping("/blocking")
	public Mono<String> blocking() {
		return Mono.fromCallable(() -> this.desk.write("blocking")).subscribeOn(Schedulers.boundedElastic());
	}

	@GetMapping("/later")
	public Mono<String> later() {
		return this.desk.writeLater("later");
	}

}
