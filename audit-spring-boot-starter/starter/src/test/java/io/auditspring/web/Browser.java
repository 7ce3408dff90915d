package io.auditspring.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.InflaterInputStream;

import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.Rectangle;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * A real Chromium, where the machine has one.
 */
final class Browser implements AutoCloseable {

	/** Of a machine that does much else. What is there is not waited for. */
	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final Duration POLL = Duration.ofMillis(50);

	/** How often in succession something is seen in one place until it stays there. */
	private static final int CALM = 6;

	/**
	 * What can be read in elements, in one question instead of one for each of them.
	 * Options can be read where their list can. Lines without anything are none, but in
	 * what is shown as it was written.
	 */
	private static final String TEXTS = """
			const lines = (text) => text.split('\\n').map((line) => line.replace(/[\\t\\u00a0 ]+/g, ' ').trim()).filter(Boolean).join('\\n');
			return [...document.querySelectorAll(arguments[0])].map((element) => {
				if (!(element.closest('select') ?? element).checkVisibility({ visibilityProperty: true })) {
					return '';
				}
				return element.matches('pre, :has(pre)') ? element.innerText.trim() : lines(element.innerText ?? element.textContent);
			});""";

	private static final String AXE_VERSION = "4.6.3";

	private static final String AXE = axe();

	private final ChromeDriver driver;

	private final List<String> scripts = new ArrayList<>();

	private Browser(ChromeDriver driver) {
		this.driver = driver;
	}

	static boolean isPresent() {
		return chromium().isPresent() && chromedriver().isPresent();
	}

	static Browser open() {
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		ChromeOptions options = new ChromeOptions();
		options.setBinary(chromium().orElseThrow().toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--lang=en-GB",
				"--force-color-profile=srgb",
				// What moves is painted sixty times a second.
				"--force-prefers-reduced-motion");
		options.setCapability("goog:loggingPrefs", logs);
		ChromeDriverService service = new ChromeDriverService.Builder()
			.usingDriverExecutable(chromedriver().orElseThrow().toFile())
			.withTimeout(PATIENCE)
			.build();
		Browser browser = new Browser(new ChromeDriver(service, options));
		browser.driver.manage().timeouts().scriptTimeout(PATIENCE);
		browser.resize(1400, 900);
		return browser;
	}

	private static Optional<Path> chromium() {
		return Stream.of("chromium", "chromium-browser", "google-chrome").flatMap(Browser::onPath).findFirst();
	}

	private static Optional<Path> chromedriver() {
		return onPath("chromedriver").findFirst();
	}

	private static Stream<Path> onPath(String program) {
		return Stream.of(System.getenv("PATH").split(":"))
			.map((directory) -> Path.of(directory, program))
			.filter(Files::isExecutable);
	}

	void resize(int width, int height) {
		this.driver.manage().window().setSize(new Dimension(width, height));
	}

	void visit(String address) {
		this.driver.get(address);
	}

	String address() {
		return this.driver.getCurrentUrl();
	}

	void forget() {
		this.driver.manage().deleteAllCookies();
	}

	void awaitAddress(Predicate<String> expected) {
		await((driver) -> expected.test(driver.getCurrentUrl()) ? true : null);
	}

	/** Waits for an element. */
	WebElement find(String css) {
		return await((driver) -> (WebElement) driver.executeScript("return document.querySelector(arguments[0])", css));
	}

	WebElement button(String text) {
		return await((driver) -> driver.findElements(By.xpath("//button[normalize-space()='" + text + "']"))
			.stream()
			.findFirst()
			.orElse(null));
	}

	/**
	 * Waits until the texts of elements fit: as they are seen, and empty where they are
	 * not.
	 */
	@SuppressWarnings("unchecked")
	List<String> texts(String css, Predicate<List<String>> expected) {
		return await((driver) -> {
			List<String> texts = (List<String>) driver.executeScript(TEXTS, css);
			return expected.test(texts) ? texts : null;
		});
	}

	void type(String css, String text) {
		WebElement field = find(css);
		field.clear();
		field.sendKeys(text, Keys.TAB);
	}

	/** Has a field changed as by who typed, in one step. */
	void put(String css, String text) {
		this.driver.executeScript("""
				const [field, text] = arguments;
				field.focus();
				field.value = text;
				field.dispatchEvent(new Event('input', { bubbles: true }));
				field.dispatchEvent(new Event('change', { bubbles: true }));
				field.blur();""", find(css), text);
	}

	/** Turns to what a tab of an entry shows. */
	void turnTo(String tab) {
		find("#tab-" + tab).click();
		find("#tab-" + tab + "[aria-selected=true]");
	}

	/** Chooses one of a list. */
	void choose(String css, String value) {
		this.driver.executeScript("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change'))",
				find(css), value);
	}

	/** Waits until a script gives what fits. */
	public void await(String script, Predicate<Object> expected) {
		await((driver) -> expected.test(driver.executeScript(script)) ? true : null);
	}

	/**
	 * Waits until a script gives true, which is run where the page is: that is one
	 * question.
	 */
	void awaitThere(String script) {
		await((driver) -> driver.executeScript("""
				const isThere = () => {
					%s
				};
				return new Promise((resolve) => {
					const look = () => isThere() ? resolve(true) : setTimeout(look, 20);
					look();
				});""".formatted(script)));
	}

	/**
	 * What keeps people out who cannot see well or use no mouse, as axe-core finds it: by
	 * all of its rules, however little it is.
	 */
	@SuppressWarnings("unchecked")
	List<String> barriers() {
		if (Boolean.TRUE.equals(run("return typeof window.axe === 'undefined'"))) {
			run(AXE);
		}
		return (List<String>) this.driver.executeAsyncScript(
				"""
						const done = arguments[arguments.length - 1];
						axe.run(document).then((found) => done(found.violations
							.map((each) => each.id + ': ' + each.nodes.map((node) => node.html + ' ' + node.any.map((any) => any.message)).join(' | '))));
						""");
	}

	private static String axe() {
		try {
			return new String(Browser.class
				.getResourceAsStream("/META-INF/resources/webjars/axe-core/%s/axe.min.js".formatted(AXE_VERSION))
				.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Scrolls through the list until each of its rows was in the document, which only
	 * those in view are, and only from when they were painted. What each of them was is
	 * in {@code window.seen}: of a day, nothing.
	 */
	List<String> entries() {
		run("window.seen = [];");
		await("""
				const rows = [...document.querySelectorAll('.entries > li')];
				rows.forEach((row) => {
					const place = row.getAttribute('aria-posinset') - 1;
					window.seen[place] = row.querySelector('.entry')?.dataset.id ?? '';
				});
				const all = document.querySelector('.end')?.textContent.includes('This is all.')
					? Number(rows[0]?.getAttribute('aria-setsize')) : 0;
				if (all > 0 && Object.keys(window.seen).length === all) {
					return true;
				}
				if (all > 0 && window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2) {
					window.scrollTo(0, 0);
				} else {
					window.scrollBy(0, 700);
				}
				return false;""", Boolean.TRUE::equals);
		return ((List<?>) run("return window.seen.filter(Boolean)")).stream().map(String::valueOf).toList();
	}

	Object run(String script) {
		return this.driver.executeScript(script);
	}

	/**
	 * Has a script run before those of the pages that are visited from now on, as
	 * something the page would find.
	 */
	void before(String script) {
		Map<String, Object> added = this.driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument",
				Map.of("source", script));
		this.scripts.add(String.valueOf(added.get("identifier")));
	}

	/** Watches nothing: visits that follow one another at once are many watches. */
	void withoutNews() {
		before("window.EventSource = class { addEventListener() { } close() { } };");
	}

	/** As of somebody who was never here. */
	void emptyCache() {
		this.driver.executeCdpCommand("Network.clearBrowserCache", Map.of());
	}

	/** Takes all of those scripts away. */
	void asItIs() {
		this.scripts.forEach((script) -> this.driver.executeCdpCommand("Page.removeScriptToEvaluateOnNewDocument",
				Map.of("identifier", script)));
		this.scripts.clear();
	}

	/** The size of what is shown, which a window has less of than its own. */
	void view(int width, int height) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
	}

	void wholeWindow() {
		this.driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
	}

	/** Presses keys wherever the focus is. */
	void press(CharSequence... keys) {
		this.driver.switchTo().activeElement().sendKeys(keys);
	}

	/** What went wrong in the page, such as what its policy refused. */
	List<String> complaints() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.map((entry) -> entry.getMessage())
			// Advice on how to be faster, which axe-core's canvas gets.
			.filter((message) -> !message.startsWith("rendering "))
			.toList();
	}

	/** Waits until the browser has complained of something. */
	List<String> complaints(Predicate<String> expected) {
		List<String> all = new ArrayList<>();
		return await((driver) -> {
			all.addAll(complaints());
			List<String> found = all.stream().filter(expected).toList();
			return found.isEmpty() ? null : found;
		});
	}

	/** Does something in a frame. */
	void within(String css, Runnable deed) {
		this.driver.switchTo().frame(find(css));
		try {
			deed.run();
		}
		finally {
			this.driver.switchTo().defaultContent();
		}
	}

	/** Drags over an element from one part of its width to another. */
	void drag(String css, double from, double to) {
		WebElement element = atRest(css);
		int width = element.getSize().getWidth();
		new Actions(this.driver).moveToElement(element, (int) ((from - 0.5) * width), 0)
			.clickAndHold()
			.moveToElement(element, 0, 0)
			.moveToElement(element, (int) ((to - 0.5) * width), 0)
			.release()
			.perform();
	}

	/** Waits for an element that what is still loaded does not move any more. */
	private WebElement atRest(String css) {
		Deque<Rectangle> places = new ArrayDeque<>();
		return await((driver) -> {
			WebElement element = driver.findElement(By.cssSelector(css));
			places.addFirst(element.getRect());
			return (places.size() > CALM && places.stream().limit(CALM).distinct().count() == 1) ? element : null;
		});
	}

	/** Drags an element sideways. */
	void pull(String css, int pixels) {
		new Actions(this.driver).dragAndDropBy(atRest(css), pixels, 0).perform();
	}

	/** Is in another zone; in its own again if there is no name. */
	void zone(String name) {
		this.driver.executeCdpCommand("Emulation.setTimezoneOverride", Map.of("timezoneId", name));
	}

	/**
	 * Is one of somebody who wants nothing to move, as of all tests, or who does not
	 * mind.
	 */
	void calm(boolean reduced) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features",
				List.of(Map.of("name", "prefers-reduced-motion", "value", reduced ? "reduce" : "no-preference"))));
	}

	/** Is paper, or a screen again. */
	void printed(boolean paper) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("media", paper ? "print" : ""));
	}

	/** How many pages it is on paper, and how often text is painted on them. */
	Paper paper() {
		String pdf = new String(Base64.getDecoder()
			.decode(String.valueOf(
					this.driver.executeCdpCommand("Page.printToPDF", Map.of("preferCSSPageSize", true)).get("data"))),
				StandardCharsets.ISO_8859_1);
		long texts = Pattern.compile("stream\r?\n(.*?)endstream", Pattern.DOTALL)
			.matcher(pdf)
			.results()
			.map((stream) -> inflated(stream.group(1)))
			.mapToLong((content) -> Pattern.compile("[>\\])] ?T[jJ]\\b").matcher(content).results().count())
			.sum();
		return new Paper(Pattern.compile("/Type /Page\\b").matcher(pdf).results().count(), texts);
	}

	/**
	 * What was printed.
	 *
	 * @param pages how many pages it has
	 * @param texts how many texts were painted on all of them
	 */
	record Paper(long pages, long texts) {

	}

	/** Empty where it is no content of a page. */
	private static String inflated(String stream) {
		try (InflaterInputStream in = new InflaterInputStream(
				new ByteArrayInputStream(stream.getBytes(StandardCharsets.ISO_8859_1)))) {
			return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			return "";
		}
	}

	/** Keeps what is seen there, if {@code -Dscreenshots} asks for it. */
	void screenshot(String name) {
		if (Boolean.getBoolean("screenshots")) {
			photograph(Path.of("target/screenshots/" + name + ".png"));
		}
	}

	void photograph(Path file) {
		try {
			Files.createDirectories(file.getParent());
			Files.write(file, this.driver.getScreenshotAs(OutputType.BYTES));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** What fails as something is not there yet is tried again. */
	private <T> T await(Function<ChromeDriver, T> condition) {
		return new WebDriverWait(this.driver, PATIENCE, POLL).ignoring(StaleElementReferenceException.class)
			.ignoring(IndexOutOfBoundsException.class, JavascriptException.class)
			.until((driver) -> condition.apply((ChromeDriver) driver));
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
