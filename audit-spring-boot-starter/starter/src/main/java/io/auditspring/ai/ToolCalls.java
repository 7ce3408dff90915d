/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.ApprovalException;
import io.auditspring.AuditContext;
import io.auditspring.AuditContextHolder;
import io.auditspring.AuditRecord;
import io.auditspring.Outcome;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.intercept.internal.access.CallApproval;
import io.auditspring.intercept.internal.call.AuditedWork;
import io.auditspring.intercept.internal.call.EventRecorder;
import org.jspecify.annotations.Nullable;

import org.springframework.ai.chat.messages.AssistantMessage.ToolCall;
import org.springframework.ai.model.tool.ToolCallLimitExceededException;
import org.springframework.ai.tool.execution.ToolExecutionException;

/**
 * Audits the calls of tools, and tells of those that were refused.
 */
final class ToolCalls {

	private static final String CATEGORY = "agent";

	private static final String TARGET = "Tool";

	private static final String APPROVAL = "Approval";

	private static final int MAX_NAME = 100;

	private final @Nullable Entries entries;

	private final Origins origins;

	private final String agent;

	private final Supplier<@Nullable CallApproval> approvals;

	/**
	 * Creates it.
	 * @param entries makes entries, or {@code null} where calls of tools leave none, and
	 * need approval all the same
	 * @param origins knows who asks
	 * @param agent the id of agents that nobody names
	 * @param approvals lets tools pass that need approval
	 */
	ToolCalls(@Nullable Entries entries, Origins origins, String agent, Supplier<@Nullable CallApproval> approvals) {
		this.entries = entries;
		this.origins = origins;
		this.agent = agent;
		this.approvals = approvals;
	}

	/**
	 * Begins a turn on this thread.
	 * @param agent the agent's id, or {@code null}
	 * @param conversation the conversation's id, or {@code null}
	 * @param prompt what was said last, or {@code null}
	 * @return the turn
	 */
	Turn begin(@Nullable String agent, @Nullable String conversation, @Nullable String prompt) {
		return new Turn(this.origins.current(), agent, conversation, prompt);
	}

	/**
	 * Executes a tool.
	 * @param tool its name
	 * @param input its arguments
	 * @param turn the turn it belongs to
	 * @param connector the server it is on, or {@code null} if it is here
	 * @param demands what it says of itself
	 * @param execution what to do
	 * @return what it gave
	 */
	String execute(String tool, String input, Turn turn, @Nullable String connector, ApprovedTools.Demands demands,
			Execution execution) {
		Actor previous = AuditContextHolder.replaceActor(acting(turn));
		// What the tool asks a model is another turn.
		Turn current = Turn.replace(null);
		try {
			return turn.isOnItsThread() ? approved(tool, input, turn, connector, demands, execution) : this.origins
				.within(turn.origin(), () -> approved(tool, input, turn, connector, demands, execution));
		}
		catch (Throwable ex) {
			throw ToolCalls.<RuntimeException>asItIs(ex);
		}
		finally {
			Turn.replace(current);
			AuditContextHolder.replaceActor(previous);
		}
	}

	private String approved(String tool, String input, Turn turn, @Nullable String connector,
			ApprovedTools.Demands demands, Execution execution) throws Throwable {
		if (this.entries != null) {
			return audited(this.entries, tool, input, turn, connector, demands, execution);
		}
		Map<String, @Nullable Object> arguments = ToolContent.read(input);
		if (isApprovalRequired(tool, demands.approval(), arguments)) {
			approval(tool, demands, arguments);
		}
		return execution.execute();
	}

	private String audited(Entries entries, String tool, String input, Turn turn, @Nullable String connector,
			ApprovedTools.Demands demands, Execution execution) throws Throwable {
		ToolContent content = entries.content();
		Map<String, @Nullable Object> arguments = ToolContent.read(input);
		AuditRecord.Builder outline = outline(content, tool, turn).metadata("input",
				content.shown(input, demands.visible(arguments)));
		if (connector != null) {
			outline.related("Connector", connector);
		}
		ToolCall asked = turn.execute(tool, input);
		if (asked != null && asked.id() != null) {
			outline.metadata("toolCallId", asked.id());
		}
		Failure failure = new Failure();
		try {
			return entries.work().call(outline.build(), arguments, () -> {
				try {
					approve(tool, demands, arguments);
					String output = execution.execute();
					AuditContext.current().metadata("output", content.output((output != null) ? output : ""));
					return output;
				}
				catch (ToolExecutionException ex) {
					throw failure.instead(ex, arguments != null);
				}
			});
		}
		catch (Throwable ex) {
			throw failure.original(ex);
		}
	}

	private void approve(String tool, ApprovedTools.Demands demands,
			@Nullable Map<String, @Nullable Object> arguments) {
		if (isApprovalRequired(tool, demands.approval(), arguments)) {
			AuditContext.current().related(APPROVAL, approval(tool, demands, arguments));
		}
	}

	private boolean isApprovalRequired(String tool, @Nullable String reason,
			@Nullable Map<String, @Nullable Object> arguments) {
		CallApproval approvals = this.approvals.get();
		return reason != null || (approvals != null
				&& approvals.isRequired(action(tool), (arguments != null) ? arguments : Map.of()));
	}

	private UUID approval(String tool, ApprovedTools.Demands demands,
			@Nullable Map<String, @Nullable Object> arguments) {
		CallApproval approvals = this.approvals.get();
		Map<String, @Nullable Object> visible = demands.visible(arguments);
		if (approvals == null || arguments == null || visible == null) {
			throw new ApprovalException(
					"Nobody can approve " + action(tool) + (arguments == null ? " with what is no JSON" : ""));
		}
		return approvals.use(action(tool), (demands.approval() != null) ? demands.approval() : "", arguments, visible,
				this.origins.current());
	}

	/**
	 * Whether somebody must approve a tool whose result comes later.
	 * @param tool its name
	 * @param input its arguments
	 * @return whether {@link #approval(String, String, Turn)} must be asked first
	 */
	boolean isApprovalRequired(String tool, String input) {
		return isApprovalRequired(tool, null, ToolContent.read(input));
	}

	/**
	 * Uses the approval of a tool whose result comes later. May wait for it.
	 * @param tool its name
	 * @param input its arguments
	 * @param turn the turn it belongs to
	 * @return the approval's id
	 * @throws ApprovalException if there is none
	 */
	UUID approval(String tool, String input, Turn turn) {
		Actor previous = AuditContextHolder.replaceActor(acting(turn));
		try {
			return this.origins.within(turn.origin(),
					() -> approval(tool, ApprovedTools.Demands.NONE, ToolContent.read(input)));
		}
		catch (Throwable ex) {
			throw ToolCalls.<RuntimeException>asItIs(ex);
		}
		finally {
			AuditContextHolder.replaceActor(previous);
		}
	}

	/**
	 * Records a tool whose result came later.
	 * @param tool its name
	 * @param input its arguments
	 * @param turn the turn it belonged to
	 * @param startedNanos when it began
	 * @param end how it ended
	 */
	void ended(String tool, String input, Turn turn, long startedNanos, End end) {
		Entries entries = this.entries;
		if (entries == null) {
			return;
		}
		ToolContent content = entries.content();
		Map<String, @Nullable Object> arguments = ToolContent.read(input);
		AuditRecord.Builder record = outline(content, tool, turn).actor(acting(turn))
			.metadata("input", content.shown(input, arguments))
			.metadata("tookMicros", (System.nanoTime() - startedNanos) / 1_000)
			.outcome(end.outcome())
			.error(content.withoutSecrets(end.error(), arguments));
		if (end.output() != null) {
			record.metadata("output", content.output(end.output()));
		}
		if (end.approval() != null) {
			record.related(APPROVAL, end.approval());
		}
		entries.recorder().record(record.build(), turn.origin());
	}

	/**
	 * Tells of what a model asked for and nobody executed.
	 * @param turn the turn
	 * @param failure what the execution of tools failed with, or {@code null}
	 */
	void settle(Turn turn, @Nullable Throwable failure) {
		List<ToolCall> left = turn.takePending();
		if (left.isEmpty()) {
			return;
		}
		if (failure == null) {
			left.forEach((call) -> refused(turn, call, "Not executed: a limit of tool calls was reached"));
		}
		else if (failure instanceof ToolCallLimitExceededException) {
			refused(turn, left.get(0), "Not executed: a limit of tool calls was reached");
		}
		else if (failure instanceof IllegalStateException && String.valueOf(failure.getMessage())
			.equals("No ToolCallback found for tool name: " + left.get(0).name())) {
			refused(turn, left.get(0), "Not executed: the model was offered no such tool");
		}
		// What follows a tool that failed was not refused; nobody came to it.
	}

	private void refused(Turn turn, ToolCall call, String reason) {
		Entries entries = this.entries;
		if (entries == null) {
			return;
		}
		ToolContent content = entries.content();
		String input = (call.arguments() != null) ? call.arguments() : "";
		AuditRecord.Builder record = outline(content, call.name(), turn).outcome(Outcome.DENIED)
			.actor(acting(turn))
			.error(reason)
			.metadata("input", content.shown(input, ToolContent.read(input)));
		if (call.id() != null) {
			record.metadata("toolCallId", call.id());
		}
		Origin origin = turn.origin();
		entries.recorder().record(record.build(), origin.at(this.origins.current().occurredAt()));
	}

	private AuditRecord.Builder outline(ToolContent content, String tool, Turn turn) {
		String name = name(tool);
		AuditRecord.Builder outline = AuditRecord.action(action(tool)).category(CATEGORY).target(TARGET, name);
		if (turn.conversation() != null) {
			outline.related("Conversation", turn.conversation());
		}
		Answer answer = turn.answer();
		if (answer != null) {
			outline.metadata(answer.details()).metadata("iteration", turn.iteration());
			said(outline, "prompt", content.said(turn.prompt()));
			said(outline, "answer", content.said(answer.text()));
		}
		return outline;
	}

	private static void said(AuditRecord.Builder outline, String name, @Nullable Map<String, Object> said) {
		if (said != null) {
			outline.metadata(name, said);
		}
	}

	private static String action(String tool) {
		return "tool." + name(tool);
	}

	// A model may ask for a tool by any text.
	private static String name(String tool) {
		String plain = tool.replaceAll("[^\\p{L}\\p{N}_.:/-]", "_");
		String name = (plain.length() > MAX_NAME) ? plain.substring(0, MAX_NAME) : plain;
		return name.isEmpty() ? "_" : name;
	}

	// An agent acts for whoever asks it; nobody asks it where only the system is.
	private Actor acting(Turn turn) {
		Actor asking = turn.origin().actor();
		boolean isAgent = asking.type() == ActorType.AGENT || !asking.delegation().isEmpty();
		if (turn.agent() == null && isAgent) {
			return asking;
		}
		String id = (turn.agent() != null) ? turn.agent() : this.agent;
		String acting = asking.delegation().isEmpty() ? asking.id() : asking.delegation().get(0);
		if (isAgent && acting.equals(id)) {
			return asking;
		}
		return (asking.type() == ActorType.SYSTEM) ? Actor.agent(id, null) : asking.delegatedTo(id);
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> T asItIs(Throwable failure) throws T {
		throw (T) failure;
	}

	/**
	 * What makes entries of calls of tools.
	 *
	 * @param work audits what is no method of a bean
	 * @param recorder records what was never executed
	 * @param content shows what models and tools write
	 */
	record Entries(AuditedWork work, EventRecorder recorder, ToolContent content) {

	}

	/**
	 * The execution of a tool.
	 */
	@FunctionalInterface
	interface Execution {

		String execute() throws Throwable;

	}

	/**
	 * How a tool ended whose result came later.
	 *
	 * @param outcome whether it did what it should
	 * @param output what it gave, or {@code null}
	 * @param error what went wrong, or {@code null}
	 * @param approval the approval it was executed by, or {@code null} where it needed
	 * none
	 */
	record End(Outcome outcome, @Nullable String output, @Nullable String error, @Nullable UUID approval) {

		static End succeeded(String output, @Nullable UUID approval) {
			return new End(Outcome.SUCCESS, output, null, approval);
		}

		static End failed(String error, @Nullable UUID approval) {
			return new End(Outcome.FAILURE, null, error, approval);
		}

		static End denied(String error) {
			return new End(Outcome.DENIED, null, error, null);
		}

	}

	/**
	 * What an entry shows in place of what Spring AI wraps failures in, while the caller
	 * gets what was thrown.
	 */
	private static final class Failure {

		private @Nullable ToolExecutionException original;

		private @Nullable Throwable shown;

		Throwable instead(ToolExecutionException failure, boolean readable) {
			Throwable cause = failure.getCause();
			this.original = failure;
			// What is said of an input that cannot be read repeats it.
			this.shown = readable ? ((cause != null) ? cause : failure)
					: new IllegalArgumentException("The arguments are no JSON object");
			return this.shown;
		}

		Throwable original(Throwable thrown) {
			return (thrown == this.shown && this.original != null) ? this.original : thrown;
		}

	}

}
