package io.auditspring.sample.reconciliation;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

@RestController
@RequestMapping("/api/transactions")
class TransactionController {

	private final Transactions transactions;

	TransactionController(Transactions transactions) {
		this.transactions = transactions;
	}

	@GetMapping
	List<TransactionView> all() {
		return this.transactions.all().stream().map(TransactionView::of).toList();
	}

	@PostMapping("/import")
	@ResponseStatus(HttpStatus.CREATED)
	List<TransactionView> importAll(@Valid @RequestBody Import body) {
		List<Transaction> imported = body.transactions().stream().map(TransactionView::toTransaction).toList();
		return this.transactions.importAll(body.source(), imported, body.justification())
			.stream()
			.map(TransactionView::of)
			.toList();
	}

	@PostMapping(path = "/import", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
	@ResponseStatus(HttpStatus.CREATED)
	List<TransactionView> importFile(@RequestParam MultipartFile file, @RequestParam @NotBlank String justification)
			throws IOException {
		String name = StringUtils.getFilename(file.getOriginalFilename());
		TransactionFile content = new TransactionFile((name != null) ? name : "unnamed", file.getBytes());
		return this.transactions.importFile(content, justification).stream().map(TransactionView::of).toList();
	}

	@PostMapping("/{id}/approve")
	TransactionView approve(@PathVariable long id, @Valid @RequestBody Step body) {
		return TransactionView.of(this.transactions.approve(id, body.justification()));
	}

	@PostMapping("/{id}/match")
	TransactionView match(@PathVariable long id, @Valid @RequestBody Match body) {
		return TransactionView.of(this.transactions.match(id, body.invoice(), body.justification()));
	}

	@PostMapping("/{id}/unmatch")
	TransactionView unmatch(@PathVariable long id, @Valid @RequestBody Step body) {
		return TransactionView.of(this.transactions.unmatch(id, body.justification()));
	}

	@GetMapping(path = "/export", produces = "text/csv")
	String export(@RequestParam String justification) {
		return this.transactions.export(justification)
			.stream()
			.map(TransactionView::of)
			.map(TransactionView::toCsv)
			.collect(Collectors.joining("", TransactionView.CSV_HEADER, ""));
	}

	@ExceptionHandler
	ProblemDetail conflict(IllegalStateException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, ex.getMessage());
	}

	@ExceptionHandler
	ProblemDetail unreadable(IllegalArgumentException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, ex.getMessage());
	}

	record Import(@NotBlank String source, @NotEmpty List<@Valid TransactionView> transactions,
			@NotBlank String justification) {

	}

	record Step(@NotBlank String justification) {

	}

	record Match(@NotBlank String invoice, @NotBlank String justification) {

	}

}
