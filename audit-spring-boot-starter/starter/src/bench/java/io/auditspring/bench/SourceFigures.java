package io.auditspring.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/**
 * Measures the sources of what is shipped: lines of code without comments and blank
 * lines, types by their files, and who knows whom.
 */
final class SourceFigures implements Benchmark {

	private static final List<String> MODULES = List.of("api", "ledger", "starter", "test");

	private static final int LONG_METHOD = 30;

	/**
	 * A file and the type in it.
	 *
	 * @param room its package
	 * @param lines its code
	 * @param open whether the type is public
	 * @param longMethods the methods of more lines than methods should have
	 */
	private record Type(String room, int lines, boolean open, List<String> longMethods) {

		boolean isInternal() {
			return this.room.contains(".internal");
		}

	}

	@Override
	public void run(Effort effort, Report report) throws IOException {
		Map<String, Type> types = types();
		Map<String, Set<String>> known = known(types.keySet());
		List<Set<String>> circles = circles(known);
		List<Set<String>> cycles = circles(rooms(types, known));
		Map<String, List<Type>> byRoom = types.values().stream().collect(Collectors.groupingBy(Type::room));
		List<Integer> sizes = types.values().stream().map(Type::lines).sorted().toList();
		long inCircles = circles.stream().mapToInt(Set::size).sum();
		line(report, "figure", "value");
		line(report, "---", "---");
		line(report, "lines of code", sizes.stream().mapToInt(Integer::intValue).sum());
		line(report, "types", types.size());
		line(report, "lines of a type, median", sizes.get(sizes.size() / 2));
		line(report, "lines of a type, most", largest(types));
		line(report, "public types", count(types.values(), Type::open));
		line(report, "public types outside packages named internal",
				count(types.values(), (type) -> type.open() && !type.isInternal()));
		line(report, "methods of more than %d lines".formatted(LONG_METHOD),
				types.values().stream().flatMap((type) -> type.longMethods().stream()).toList());
		line(report, "packages in cycles", cycles);
		line(report, "types in circles, percent", "%.1f".formatted(100.0 * inCircles / types.size()));
		line(report, "circles of types", circles);
		line(report, "files of a package, most", most(byRoom, List::size));
		line(report, "lines of a package, most",
				most(byRoom, (all) -> all.stream().mapToInt(Type::lines).sum()));
	}

	private static void line(Report report, String figure, Object value) {
		report.note("| %s | %s |".formatted(figure, value));
	}

	private static long count(Collection<Type> types, Function<Type, Boolean> which) {
		return types.stream().filter(which::apply).count();
	}

	private static String largest(Map<String, Type> types) {
		return types.entrySet()
			.stream()
			.max(Comparator.comparingInt((one) -> one.getValue().lines()))
			.map((one) -> "%d, %s".formatted(one.getValue().lines(), one.getKey()))
			.orElseThrow();
	}

	private static String most(Map<String, List<Type>> byRoom, Function<List<Type>, Integer> size) {
		return byRoom.entrySet()
			.stream()
			.max(Comparator.comparingInt((room) -> size.apply(room.getValue())))
			.map((room) -> "%d, %s".formatted(size.apply(room.getValue()), room.getKey()))
			.orElseThrow();
	}

	private static Map<String, Type> types() throws IOException {
		Map<String, Type> types = new TreeMap<>();
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
			JavacTask task = (JavacTask) compiler.getTask(null, files, null, null, null,
					files.getJavaFileObjectsFromPaths(sources()));
			SourcePositions positions = Trees.instance(task).getSourcePositions();
			for (CompilationUnitTree file : task.parse()) {
				List<String> code = code(file.getSourceFile().getCharContent(true).toString());
				for (Tree one : file.getTypeDecls()) {
					if (one instanceof ClassTree type) {
						types.put(file.getPackageName() + "." + type.getSimpleName(), type(file, type, code, positions));
					}
				}
			}
		}
		return types;
	}

	private static List<Path> sources() throws IOException {
		List<Path> sources = new ArrayList<>();
		for (String module : MODULES) {
			try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
				files.filter((file) -> file.toString().endsWith(".java")
						&& !file.endsWith("package-info.java")).forEach(sources::add);
			}
		}
		return sources;
	}

	private static Type type(CompilationUnitTree file, ClassTree type, List<String> code, SourcePositions positions) {
		List<String> longMethods = new ArrayList<>();
		new TreeScanner<Void, Void>() {

			@Override
			public Void visitMethod(MethodTree method, Void nothing) {
				if (method.getBody() != null) {
					long from = file.getLineMap().getLineNumber(positions.getStartPosition(file, method.getBody()));
					long to = file.getLineMap().getLineNumber(positions.getEndPosition(file, method.getBody()));
					if (filled(code.subList((int) from - 1, (int) to)) > LONG_METHOD) {
						longMethods.add(type.getSimpleName() + "." + method.getName());
					}
				}
				return super.visitMethod(method, nothing);
			}

		}.scan(type, null);
		return new Type(file.getPackageName().toString(), filled(code),
				type.getModifiers().getFlags().contains(Modifier.PUBLIC), longMethods);
	}

	private static int filled(List<String> lines) {
		return (int) lines.stream().filter((line) -> !line.isBlank()).count();
	}

	/** The lines of a file without comments; what stands in quotes is none. */
	private static List<String> code(String source) {
		String quoted = "\"\"\"(?s:.*?)\"\"\"|\"[^\"\\\\\n]*(?:\\\\.[^\"\\\\\n]*)*\"|'(?:[^'\\\\]|\\\\.)+'";
		String text = Pattern.compile("(%s)|/\\*(?s:.*?)\\*/|//[^\n]*".formatted(quoted))
			.matcher(source)
			.replaceAll((found) -> Matcher.quoteReplacement(
					(found.group(1) != null) ? found.group(1) : "\n".repeat(found.group().split("\n", -1).length - 1)));
		return List.of(text.split("\n", -1));
	}

	private static Map<String, Set<String>> known(Set<String> types) {
		Map<String, Set<String>> known = new TreeMap<>();
		types.forEach((type) -> known.put(type, new TreeSet<>()));
		for (JavaClass type : new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
			.importPackages("io.auditspring")) {
			String name = file(type);
			for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
				String target = file(dependency.getTargetClass().getBaseComponentType());
				if (known.containsKey(name) && known.containsKey(target) && !target.equals(name)) {
					known.get(name).add(target);
				}
			}
		}
		return known;
	}

	private static String file(JavaClass type) {
		String name = type.getName();
		return name.contains("$") ? name.substring(0, name.indexOf('$')) : name;
	}

	private static Map<String, Set<String>> rooms(Map<String, Type> types, Map<String, Set<String>> known) {
		Map<String, Set<String>> rooms = new TreeMap<>();
		known.forEach((type, others) -> {
			String room = types.get(type).room();
			Set<String> targets = rooms.computeIfAbsent(room, (key) -> new TreeSet<>());
			others.stream().map((other) -> types.get(other).room()).filter((other) -> !other.equals(room)).forEach(targets::add);
		});
		return rooms;
	}

	/** Those that reach each other. */
	private static List<Set<String>> circles(Map<String, Set<String>> known) {
		Map<String, Set<String>> reached = new TreeMap<>();
		known.keySet().forEach((one) -> reached.put(one, reach(one, known)));
		List<Set<String>> circles = new ArrayList<>();
		Set<String> seen = new HashSet<>();
		reached.forEach((one, others) -> {
			if (others.contains(one) && seen.add(one)) {
				Set<String> circle = others.stream()
					.filter((other) -> reached.get(other).contains(one))
					.map((other) -> other.substring(other.lastIndexOf('.') + 1))
					.collect(Collectors.toCollection(TreeSet::new));
				others.stream().filter((other) -> reached.get(other).contains(one)).forEach(seen::add);
				circles.add(circle);
			}
		});
		circles.sort(Comparator.comparingInt((Set<String> circle) -> circle.size()).reversed());
		return circles;
	}

	private static Set<String> reach(String from, Map<String, Set<String>> known) {
		Set<String> reached = new HashSet<>();
		Deque<String> next = new ArrayDeque<>(List.of(from));
		while (!next.isEmpty()) {
			for (String other : known.get(next.pop())) {
				if (reached.add(other)) {
					next.push(other);
				}
			}
		}
		return reached;
	}

}
