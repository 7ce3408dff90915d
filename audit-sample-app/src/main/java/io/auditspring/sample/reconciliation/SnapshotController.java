package io.auditspring.sample.reconciliation;

import java.time.Instant;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/snapshots")
class SnapshotController {

	private final Snapshots snapshots;

	SnapshotController(Snapshots snapshots) {
		this.snapshots = snapshots;
	}

	@PostMapping
	@ResponseStatus(HttpStatus.CREATED)
	SnapshotView take(@Valid @RequestBody NewSnapshot body) {
		return SnapshotView.of(this.snapshots.take(body.label(), body.justification()));
	}

	@PostMapping("/{id}/restore")
	Restored restore(@PathVariable long id, @Valid @RequestBody Reason body) {
		return new Restored(this.snapshots.restore(id, body.justification()));
	}

	@ExceptionHandler
	ProblemDetail conflict(IllegalStateException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, ex.getMessage());
	}

	record NewSnapshot(@NotBlank String label, @NotBlank String justification) {

	}

	record Reason(@NotBlank String justification) {

	}

	record Restored(int changed) {

	}

	record SnapshotView(long id, String label, Instant takenAt, int transactions) {

		static SnapshotView of(Snapshot snapshot) {
			return new SnapshotView(snapshot.getId(), snapshot.getLabel(), snapshot.getTakenAt(),
					snapshot.getLines().size());
		}

	}

}
