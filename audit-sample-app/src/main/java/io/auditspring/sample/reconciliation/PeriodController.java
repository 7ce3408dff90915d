package io.auditspring.sample.reconciliation;

import java.time.YearMonth;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/periods/{id}")
class PeriodController {

	private final Periods periods;

	PeriodController(Periods periods) {
		this.periods = periods;
	}

	@PostMapping("/close")
	PeriodView close(@PathVariable YearMonth id, @Valid @RequestBody Reason body) {
		return PeriodView.of(this.periods.close(id.toString(), body.justification()));
	}

	@PostMapping("/reopen")
	PeriodView reopen(@PathVariable YearMonth id, @Valid @RequestBody Reason body) {
		return PeriodView.of(this.periods.reopen(id.toString(), body.justification()));
	}

	@ExceptionHandler
	ProblemDetail conflict(IllegalStateException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, ex.getMessage());
	}

	record Reason(@NotBlank String justification) {

	}

	record PeriodView(String id, Period.Status status) {

		static PeriodView of(Period period) {
			return new PeriodView(period.getId(), period.getStatus());
		}

	}

}
